import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'

/** An address as accounts have it: without capitals. */
export const email = z
  .string()
  .max(255)
  .regex(/^[^\s@]+@[^\s@]+$/, 'is no e-mail address')
  .transform((value) => value.toLowerCase())

export interface UserRow {
  id: string
  full_name: string | null
  role: 'admin' | 'user' | 'device'
  is_active: 0 | 1
}

/**
 * Throws `not_found` with the nearest address that has an account: of all, or of those in the houses of a caller who is no
 * administrator.
 */
export function userWithEmail(
  db: Database,
  address: string,
  caller: Pick<AuthorizedCaller, 'houses'> = { houses: null },
): UserRow {
  const user = db.prepare('SELECT id, full_name, role, is_active FROM users WHERE email = ?').get(address)
  if (user !== undefined) return user as UserRow
  const known = visibleHouses(caller, 'p.house_id')
  const addresses = db
    .prepare(
      caller.houses === null
        ? 'SELECT email FROM users ORDER BY email LIMIT 1000'
        : `SELECT u.email FROM users u JOIN people p ON p.user_id = u.id WHERE ${known.sql} ORDER BY u.email LIMIT 1000`,
    )
    .pluck()
    .all(...known.values) as string[]
  const nearest = nearestName(address, addresses)
  throw new LaresError('not_found', `nobody has an account with the address ${address}`, {
    hint: nearest === null ? hintWithoutAccount(caller) : `Did you mean ${nearest}?`,
  })
}

/** What a program may do is said with its tokens, and never what people may. Throws `bad_params`. */
export function refuseProgram({ role }: UserRow, address: string): void {
  if (role !== 'device') return
  const name = address.replace(/@.*/, '')
  throw new LaresError('bad_params', `${address} is a program, which has the rights of its tokens`, {
    hint: `Make it a token with other rights: lares programs token ${name} TOKEN --rights read.`,
  })
}

function hintWithoutAccount({ houses }: Pick<AuthorizedCaller, 'houses'>): string {
  if (houses !== null) return 'Ask an administrator of this hub to make an account for them.'
  return 'See lares users list, or make one: lares users create.'
}
