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

/** Erases what belongs to a device, user, session or site, and writes that down. Returns the number of rows. */
export async function eraseRows(db: Queryable, { site_id, what, key, reason }: Erasure): Promise<number> {
  const { rows } = await asOwner(db, () =>
    db.query<{ rows: number }>('SELECT lares.erase($1, $2, $3, $4)::float8 AS rows', [site_id, what, key, reason]),
  )
  return rows[0]?.rows ?? 0
}
