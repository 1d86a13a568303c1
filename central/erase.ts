import { LaresError } from '../shared/errors.ts'
import { asOwner, type Queryable } from './connect.ts'

const ERASABLE = ['device', 'user', 'session', 'site'] as const

export type Erasable = (typeof ERASABLE)[number]

export interface Erasure {
  site_id: string
  what: Erasable
  /** Id of the device, user, session or site. */
  key: string
  /** Stands in `lares.erasures` for those who must show why. */
  reason: string
}

export function erasable(word: string): Erasable {
  const found = ERASABLE.find((what) => what === word)
  if (found === undefined)
    throw new LaresError('bad_params', `a ${word} cannot be erased`, { hint: `Choose one of ${ERASABLE.join(', ')}.` })
  return found
}

/**
 * Erases what belongs to a device, user, session or site, and writes that down. Returns the number of rows. Throws `not_found`
 * when there is nothing of a device, user or session.
 */
export async function eraseRows(db: Queryable, erasure: Erasure): Promise<number> {
  return asOwner(db, () => erase(db, erasure))
}

/**
 * How many rows `eraseRows` would take. Changes nothing: what belongs to something is only found on the way from row to row,
 * so it is erased, counted, and given back.
 */
export async function countErased(db: Queryable, erasure: Erasure): Promise<number> {
  let rows = 0
  try {
    await asOwner(db, async () => {
      rows = await erase(db, erasure)
      throw new GiveBack()
    })
  } catch (error) {
    if (!(error instanceof GiveBack)) throw error
  }
  return rows
}

/** Thrown for its effect on the transaction. */
class GiveBack extends Error {}

/** In a transaction of the caller's. A key that was mistyped must not look like one that was erased. */
async function erase(db: Queryable, { site_id, what, key, reason }: Erasure): Promise<number> {
  const statement = 'SELECT lares.erase($1, $2, $3, $4)::float8 AS rows'
  const { rows } = await db.query<{ rows: number }>(statement, [site_id, what, key, reason])
  const erased = rows[0]?.rows ?? 0
  if (erased === 0 && what !== 'site')
    throw new LaresError('not_found', `central has nothing of a ${what} ${key} of this site; nothing was erased`, {
      hint: `Give the id, as column id of lares.${what}s has it.`,
    })
  return erased
}
