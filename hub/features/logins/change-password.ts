import { LaresError } from '../../../shared/errors.ts'
import type { Context } from '../../engine/context.ts'
import { sameHash } from '../devices/joining.ts'
import { refuseCentral } from '../sync/refuse-central.ts'
import { type Refused, refused } from './set-up.ts'
import { visitorOf } from './visitor.ts'
import { endWebSessions } from './web-sessions.ts'

export interface PasswordChange {
  /** Hash of the cookie of whoever asks. */
  cookie: string
  /** The hash that the present password was found to fit. */
  fits: string
  /** Of the new one. */
  hash: string
}

/** Gives the person of a browser another password, and logs out every other browser of theirs. `null`: not, because something changed meanwhile. */
export function changeOwnPassword(
  context: Context,
  { cookie, fits, hash }: PasswordChange,
): { ended: number } | Refused | null {
  const { db, now } = context
  const visitor = visitorOf(context, cookie)
  if (!visitor) return null
  const { user, session } = visitor
  const known = db.prepare('SELECT hashed_password FROM users WHERE id = ?').pluck().get(user) as string | null
  if (!known || !sameHash(known, fits)) return null
  try {
    refuseCentral(db, 'users', user)
  } catch (error) {
    if (error instanceof LaresError) return refused(error)
    throw error
  }
  db.prepare('UPDATE users SET hashed_password = ?, updated_at = ? WHERE id = ?').run(hash, now, user)
  const ended = endWebSessions(context, user, { but: session, reason: 'the password was changed' })
  context.addEvent({ type: 'user_updated', user, source: 'user', data: { password: 'changed', by: user } })
  return { ended }
}
