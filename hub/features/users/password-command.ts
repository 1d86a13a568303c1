import { z } from 'zod'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { endWebSessions } from '../logins/web-sessions.ts'
import { refuseCentral } from '../sync/refuse-central.ts'
import { email, refuseProgram, userWithEmail } from './email.ts'
import { hashPassword } from './passwords.ts'

export const setPassword = adminCommand({
  area: 'users',
  verb: 'password',
  needs: 'administer',
  summary: 'Give a person another password; their browsers are logged out at once, their tokens stay',
  params: z.strictObject({
    email,
    /** At least ten characters; the command line asks for it. */
    password: text(200).min(10),
  }),
  result: z.strictObject({ user: z.string(), email: z.string(), ended: z.number() }),
  examples: [{ says: 'who forgot it', params: { email: 'anna@example.com', password: 'long enough to be one' } }],
  positional: ['email'],
  changes: true,
  secretParams: ['password'],
  prepare: (params) => hashPassword(params.password),
  run(context, params) {
    const { db, now, caller, prepared } = context
    const user = userWithEmail(db, params.email)
    refuseProgram(user, params.email)
    refuseCentral(db, 'users', user.id)
    db.prepare('UPDATE users SET hashed_password = ?, updated_at = ? WHERE id = ?').run(String(prepared), now, user.id)
    // Whoever asks from their own browser stays there.
    const ended = endWebSessions(context, user.id, { but: caller.token, reason: 'the password was changed' })
    const data = { password: 'changed', by: caller.principal }
    context.addEvent({ type: 'user_updated', user: user.id, source: 'user', data })
    return { user: user.id, email: params.email, ended }
  },
})
