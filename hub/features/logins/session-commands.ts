import { z } from 'zod'
import { id, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { WEB_SESSIONS } from '../../../shared/limits.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { email, userWithEmail } from '../users/email.ts'
import { endWebSession, endWebSessions } from './web-sessions.ts'

const line = z.strictObject({
  agent: z.string(),
  address: z.string(),
  email: z.string(),
  last_used_at: time,
  is_this: z.boolean(),
  is_connected: z.boolean(),
  created_at: time,
  /** When it ends by itself, unless it is used. */
  ends_at: time,
  session: id,
})

interface SessionRow {
  session: string
  agent: string
  address: string
  email: string
  last_used_at: number
  created_at: number
  expires_at: number
}

export const listWebSessions = adminCommand({
  area: 'users',
  verb: 'sessions',
  needs: null,
  summary: 'Where somebody is logged in with a browser: who asks, or for administrators anybody',
  params: z.strictObject({
    /** Of whom, for administrators. */
    email: email.optional(),
  }),
  result: z.strictObject({ sessions: z.array(line) }),
  examples: [{ says: 'where you are logged in; on the machine of the hub, where everybody is', params: {} }],
  positional: ['email'],
  changes: false,
  async prepare(_params, { tokensInUse }) {
    return tokensInUse()
  },
  run({ db, caller, prepared }, params) {
    const user = whose(db, caller, params.email)
    const connected = new Set(prepared as string[])
    const rows = db
      .prepare(
        'SELECT w.id AS session, w.agent, w.address, u.email, w.last_used_at, w.created_at, w.expires_at FROM web_sessions w ' +
          'JOIN users u ON u.id = w.user_id WHERE ? IS NULL OR u.id = ? ORDER BY w.last_used_at DESC, w.id LIMIT 1000',
      )
      .all(user, user) as SessionRow[]
    return {
      sessions: rows.map(({ expires_at, ...row }) => ({
        ...row,
        is_this: row.session === caller.token,
        is_connected: connected.has(row.session),
        ends_at: Math.min(expires_at, row.last_used_at + WEB_SESSIONS.idleMs),
      })),
    }
  },
})

export const endSession = adminCommand({
  area: 'users',
  verb: 'end-session',
  needs: null,
  summary: 'Log somebody out of one browser, at once: who asks, or for administrators anybody',
  params: z.strictObject({ session: text(100).min(1) }),
  result: z.strictObject({ session: id }),
  examples: [{ says: 'a phone that was lent', params: { session: 'w1' } }],
  positional: ['session'],
  changes: true,
  run(context, { session }) {
    const { caller, db } = context
    refuseProgramOf(caller)
    const user = db.prepare('SELECT user_id FROM web_sessions WHERE id = ?').pluck().get(session) as string | undefined
    if (user === undefined || !(user === caller.user || isAdministrator(caller)))
      throw new LaresError('not_found', `nobody is logged in with a browser as ${session}`, {
        hint: 'See where you are logged in: lares users sessions.',
      })
    endWebSession(context, { session, user }, 'logged out')
    context.addEvent({ type: 'logout', user, source: 'user', data: { session, by: caller.principal } })
    return { session }
  },
})

export const endSessions = adminCommand({
  area: 'users',
  verb: 'end-sessions',
  needs: null,
  summary: 'Log the person who asks out of every browser but the one that asks, at once',
  params: z.strictObject({}),
  result: z.strictObject({ ended: z.number() }),
  examples: [{ says: 'everywhere else', params: {} }],
  changes: true,
  run(context) {
    const { user, token } = context.caller
    refuseProgramOf(context.caller)
    // The socket of the machine is nobody; what is somebody else's an administrator ends with `tokens revoke`.
    if (user === null) return { ended: 0 }
    const ended = endWebSessions(context, user, { but: token, reason: 'logged out everywhere' })
    if (ended > 0) context.addEvent({ type: 'logout', user, source: 'user', data: { sessions: ended } })
    return { ended }
  },
})

/** Where a person is logged in is theirs to end: Home Assistant has their token, and whoever writes an automation there is not them. */
function refuseProgramOf({ kind }: Pick<AuthorizedCaller, 'kind'>): void {
  if (kind !== 'integration' && kind !== 'program') return
  throw new LaresError('forbidden', 'a program ends nobody’s login', {
    hint: 'Log in at the page, or ask with a token of your own: lares users token.',
  })
}

function isAdministrator({ rights }: Pick<AuthorizedCaller, 'rights'>): boolean {
  return rights === 'all'
}

/** Who is meant: whoever asks, or somebody else for an administrator. `null`: the socket of this machine, and nobody was named. */
function whose(db: Database, caller: AuthorizedCaller, address: string | undefined): string | null {
  if (address === undefined) return caller.user
  const own = db.prepare('SELECT id FROM users WHERE email = ? AND id = ?').pluck().get(address, caller.user)
  if (own !== undefined) return String(own)
  if (isAdministrator(caller)) return userWithEmail(db, address).id
  throw new LaresError('forbidden', 'where somebody else is logged in is for administrators')
}
