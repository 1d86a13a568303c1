import type { Context } from '../../engine/context.ts'
import { sameHash } from '../devices/joining.ts'
import { endWebSession, type NewWebSession, openWebSession } from './web-sessions.ts'

/** What a password is compared with. */
export interface PasswordQuestion {
  user: string
  /** `null`: no password opens this account. */
  hash: string | null
  /** Somebody is logged in at that address with this account. */
  isKnownAddress: boolean
}

/** `null` where nobody has the address, or a program. */
export function passwordOf({ db }: Context, asked: { email: string; address: string }): PasswordQuestion | null {
  const row = db
    .prepare("SELECT id, hashed_password AS hash FROM users WHERE email = ? AND role <> 'device'")
    .get(asked.email) as { id: string; hash: string | null } | undefined
  if (!row) return null
  const known = db.prepare('SELECT 1 FROM web_sessions WHERE user_id = ? AND address = ?').get(row.id, asked.address)
  return { user: row.id, hash: row.hash, isKnownAddress: known !== undefined }
}

/** The same of an account that is known already; `null`: nobody has it, or no more. */
export function passwordOfUser(
  { db }: Context,
  { user }: { user: string },
): { email: string; hash: string | null } | null {
  const row = db
    .prepare("SELECT email, hashed_password AS hash FROM users WHERE id = ? AND is_active = 1 AND role <> 'device'")
    .get(user) as { email: string; hash: string | null } | undefined
  return row ?? null
}

export interface PageLogin extends NewWebSession {
  /** The hash that the password was found to fit: another may have been set meanwhile. */
  fits: string
  /** Hash of the cookie that the browser had before: what it opened ends. */
  before: string | null
}

export interface LoggedIn {
  user: string
  session: string
  email: string
  full_name: string | null
}

/** Logs somebody in whose password was right, or says why not. */
export function logIn(context: Context, login: PageLogin): LoggedIn | { refused: 'changed' | 'closed' } {
  const row = context.db
    .prepare("SELECT email, full_name, hashed_password, is_active FROM users WHERE id = ? AND role <> 'device'")
    .get(login.user) as
    | { email: string; full_name: string | null; hashed_password: string | null; is_active: number }
    | undefined
  // Who has no password has none that fits, whatever it was compared with.
  if (!row?.hashed_password || !sameHash(row.hashed_password, login.fits)) return { refused: 'changed' }
  if (row.is_active === 0) return { refused: 'closed' }
  if (login.before !== null) logOut(context, login.before)
  const session = openWebSession(context, login)
  return { user: login.user, session, email: row.email, full_name: row.full_name }
}

/** Ends what a cookie opened. False where it opens nothing. */
export function logOut(context: Context, cookie: string): boolean {
  const row = context.db
    .prepare('SELECT id AS session, user_id AS user FROM web_sessions WHERE cookie_hash = ?')
    .get(cookie) as { session: string; user: string } | undefined
  if (!row) return false
  endWebSession(context, row, 'logged out')
  context.addEvent({ type: 'logout', user: row.user, source: 'user', data: { session: row.session } })
  return true
}
