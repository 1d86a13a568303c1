import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'

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

/** Throws `not_found` with the nearest address that has an account. */
export function userWithEmail(db: Database, address: string): UserRow {
  const user = db.prepare('SELECT id, full_name, role, is_active FROM users WHERE email = ?').get(address)
  if (user !== undefined) return user as UserRow
  const known = db.prepare('SELECT email FROM users ORDER BY email LIMIT 1000').pluck().all() as string[]
  const nearest = nearestName(address, known)
  throw new LaresError('not_found', `nobody has an account with the address ${address}`, {
    hint: nearest === null ? 'See lares users list, or make one: lares users create.' : `Did you mean ${nearest}?`,
  })
}
