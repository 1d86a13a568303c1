import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { notYours } from '../../engine/authorize.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'

/** A house as it is named: its id, or its name where only one has it. Absent: the only house there is. */
export const houseParam = text(255).min(1)

interface HouseRow {
  id: string
  name: string
}

/**
 * The id of the house that a person means, among those that the command may concern: by id, by name in any case where only
 * one has it, or the only one there is where none is named. Throws `not_found` with the nearest name, `forbidden` for one that
 * the caller may only see, and `bad_params` with the candidates where several fit.
 */
export function houseNamed(
  { db, caller }: { db: Database; caller: Pick<AuthorizedCaller, 'houses' | 'sees'> },
  given: string | undefined,
): string {
  const houses = housesAmong(db, caller.houses)
  const fitting = given === undefined ? houses : called(given, houses)
  const [only] = fitting
  if (only && fitting.length === 1) return only.id
  if (given !== undefined && !only && called(given, housesAmong(db, caller.sees)).length > 0) throw notYours(given)
  if (fitting.length > 1)
    throw new LaresError('bad_params', given === undefined ? 'which house?' : `several houses are called ${given}`, {
      hint: `Name one with --house: ${fitting.map(({ id, name }) => `${id} (${name})`).join(', ')}.`,
    })
  const nearest = nearestName(
    given ?? '',
    houses.map(({ name }) => name),
  )
  throw new LaresError('not_found', given === undefined ? 'there is no house for you' : `there is no house ${given}`, {
    hint: nearest === null ? 'See lares houses list.' : `Did you mean ${nearest}? See lares houses list.`,
  })
}

function housesAmong(db: Database, ids: string[] | null): HouseRow[] {
  const visible = visibleHouses({ houses: ids }, 'id')
  return db
    .prepare(`SELECT id, name FROM houses WHERE removed_at IS NULL AND ${visible.sql} ORDER BY created_at, id`)
    .all(...visible.values) as HouseRow[]
}

function called(given: string, houses: readonly HouseRow[]): HouseRow[] {
  const byId = houses.filter(({ id }) => id === given)
  return byId.length > 0 ? byId : houses.filter(({ name }) => fold(name) === fold(given))
}

/** A name as it is compared: people write it in any case, and keyboards compose letters differently. */
export function fold(name: string): string {
  return name.normalize('NFC').trim().toLocaleLowerCase('en')
}
