import { LaresError } from '../../../shared/errors.ts'
import type { Context } from '../../engine/context.ts'
import { refuseCentral } from '../sync/refuse-central.ts'
import { isProgramAddress, refuseProgram, userWithEmail } from '../users/email.ts'
import type { LoggedIn } from './login-at-page.ts'
import { checkSetupCode } from './setup-codes.ts'
import { endWebSessions, type NewWebSession, openWebSession } from './web-sessions.ts'

export interface SetUp extends Omit<NewWebSession, 'user'> {
  code: string
  email: string
  /** Hash of the new password. */
  hash: string
  full_name: string | null
}

/** What was wrong, in what a thread can hand to another. */
export interface Refused {
  error: Pick<LaresError, 'code' | 'message' | 'hint'>
}

/** Whether a code is good, before a password costs anything. */
export function askSetupCode(context: Context, code: string): Refused | null {
  const checked = checkSetupCode(context, code)
  return checked instanceof LaresError ? refused(checked) : null
}

/**
 * Makes the account of an owner, or lets an account that is there be one's with a new password: whoever has the code has
 * the machine. Logs in with it.
 */
export function setUp(context: Context, wish: SetUp): LoggedIn | Refused {
  const checked = checkSetupCode(context, wish.code)
  if (checked instanceof LaresError) return refused(checked)
  try {
    const user = ownerOf(context, wish)
    context.db.prepare('UPDATE setup_codes SET used_at = ? WHERE id = ?').run(context.now, checked.id)
    const { cookie, address, agent, email } = wish
    const session = openWebSession(context, { user, cookie, address, agent })
    const { full_name } = userWithEmail(context.db, email)
    return { user, session, email, full_name }
  } catch (error) {
    if (error instanceof LaresError) return refused(error)
    throw error
  }
}

/** Id of the account. What may be refused is refused before anything is written. */
function ownerOf(context: Context, { email, hash, full_name }: SetUp): string {
  const { db, now } = context
  if (isProgramAddress(email))
    throw new LaresError('bad_params', `${email} is the address of a program, not of a person`, {
      hint: 'Use an address that gets mail.',
    })
  const known = db.prepare('SELECT 1 FROM users WHERE email = ?').get(email)
  if (!known) {
    const id = context.id()
    db.prepare(
      "INSERT INTO users (id, email, hashed_password, full_name, role, created_at, updated_at) VALUES (?, ?, ?, ?, 'admin', ?, ?)",
    ).run(id, email, hash, full_name, now, now)
    context.addEvent({ type: 'user_created', user: id, source: 'user', data: { role: 'admin', by: 'setup' } })
    return id
  }
  const user = userWithEmail(db, email)
  refuseProgram(user, email)
  refuseCentral(db, 'users', user.id)
  db.prepare(
    "UPDATE users SET hashed_password = ?, full_name = coalesce(?, full_name), role = 'admin', is_active = 1, updated_at = ? WHERE id = ?",
  ).run(hash, full_name, now, user.id)
  endWebSessions(context, user.id, { reason: 'the password was changed' })
  context.effect({ kind: 'disconnect_user', user: user.id, reason: 'the account was changed' })
  const data = { role: 'admin', is_active: true, password: 'changed', by: 'setup' }
  context.addEvent({ type: 'user_updated', user: user.id, source: 'user', data })
  return user.id
}

/** What a thread hands to another of an error. */
export function refused({ code, message, hint }: LaresError): Refused {
  return { error: { code, message, hint } }
}
