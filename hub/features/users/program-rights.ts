import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import { PROGRAM_LIMIT, RIGHTS, type Right, reaches } from '../../../shared/rights.ts'
import type { HouseRights, RightGrant } from '../../engine/house-rights.ts'

/** The rights that a program can be given. */
const GIVEN = RIGHTS.filter((right) => reaches(PROGRAM_LIMIT, right))
const ONE = `(?:[a-z][a-z-]{0,39}:)?(?:${GIVEN.join('|')})`

/** Rights as they are written, with commas between: each in all areas of commands, or in the one before its colon. */
export const rightsText = z
  .string()
  .max(1_000)
  .regex(
    new RegExp(`^${ONE}(?:, ?${ONE})*$`),
    `is ${GIVEN.join(', ')}, or one of them in an area: read,devices:control`,
  )

/** Throws `bad_params` for an area that has no commands. */
export function readRights(text: string, areas: readonly string[]): RightGrant[] {
  return text.split(/, ?/).map((one) => {
    const [right = '', area] = one.split(':').reverse()
    if (area !== undefined && !areas.includes(area)) throw unknownArea(area, areas)
    return { right: right as Right, ...(area === undefined ? {} : { area }) }
  })
}

function unknownArea(area: string, areas: readonly string[]): LaresError {
  const nearest = nearestName(area, areas)
  return new LaresError('bad_params', `rights: there is no area ${area}`, {
    hint: nearest === null ? `There are ${areas.join(', ')}.` : `Did you mean ${nearest}?`,
  })
}

/** As `readRights` reads them. */
export function rightsWords(grants: readonly RightGrant[]): string {
  return grants.map(({ right, area }) => (area === undefined ? right : `${area}:${right}`)).join(',')
}

/**
 * What the token of a program gives: what is written beside it, in the houses that are, and never more than a program may
 * have. A token without rights gives none.
 */
export function programRights(token: { rights: string | null; houses: string | null }): HouseRights {
  if (token.rights === null || token.houses === null) return {}
  const grants = (JSON.parse(token.rights) as RightGrant[]).filter(({ right }) => reaches(PROGRAM_LIMIT, right))
  return Object.fromEntries((JSON.parse(token.houses) as string[]).map((house) => [house, grants]))
}
