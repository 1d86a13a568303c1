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
  throw new LaresError('bad_params', `${address} is a program, which has the rights of its tokens`, {
    hint: `Make it a token with other rights: lares programs token ${programName(address)} TOKEN --rights read.`,
  })
}

/** Who has a closed account logs in with no token. Throws `not_found`. */
export function refuseClosed({ is_active }: UserRow, address: string): void {
  if (is_active === 1) return
  throw new LaresError('not_found', `the account of ${address} is closed`, {
    hint: `Open it again: lares users update ${address} --is-active yes.`,
  })
}

/** Programs get no mail: this stands where people have a domain. */
const PROGRAMS = '@programs'

/** The address of a program by its name; an address stands for itself, as one from central may be any. */
export function programAddress(name: string): string {
  return name.includes('@') ? name : name + PROGRAMS
}

/** What `programAddress` makes the address of. */
export function programName(address: string): string {
  return isProgramAddress(address) ? address.slice(0, -PROGRAMS.length) : address
}

/** Whether an account with the address is made with `programs create`, and never a person's. */
export function isProgramAddress(address: string): boolean {
  return address.endsWith(PROGRAMS)
}

function hintWithoutAccount({ houses }: Pick<AuthorizedCaller, 'houses'>): string {
  if (houses !== null) return 'Ask an administrator of this hub to make an account for them.'
  return 'See lares users list, or make one: lares users create.'
}
