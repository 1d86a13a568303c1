import { CLOCK_STEP_MS, WEB_SESSIONS } from '../../../shared/limits.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'

/** The last use is written at most this often: whoever looks every minute must not cost the card. */
const USE_MS = 3_600_000

/** What a login at the page is made of. */
export interface NewWebSession {
  user: string
  /** Hash of what the cookie says. */
  cookie: string
  address: string
  agent: string
}

/** Begins one, and returns its id. Who has too many loses the one that was not used for longest. */
export function openWebSession(context: Context, { user, cookie, address, agent }: NewWebSession): string {
  const { db, now } = context
  const id = context.id()
  db.prepare(
    'INSERT INTO web_sessions (id, user_id, cookie_hash, address, agent, created_at, last_used_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(id, user, cookie, address, agent, now, now, now + WEB_SESSIONS.ageMs)
  const beyond = db
    .prepare(
      'SELECT id FROM web_sessions WHERE user_id = ? ORDER BY last_used_at DESC, created_at DESC, id LIMIT -1 OFFSET ?',
    )
    .pluck()
    .all(user, WEB_SESSIONS.perUser) as string[]
  for (const old of beyond) endWebSession(context, { session: old, user }, 'its place was taken by newer logins')
  context.addEvent({ type: 'login', user, source: 'user', data: { session: id, address, agent } })
  return id
}

/** Ends one: its cookie is worthless, and what is connected with it is shut out at once. */
export function endWebSession(
  context: Context,
  { session, user }: { session: string; user: string },
  reason: string,
): void {
  context.db.prepare('DELETE FROM web_sessions WHERE id = ?').run(session)
  context.effect({ kind: 'disconnect_user', user, token: session, reason })
}

/** Ends all of somebody, or all but one. Returns how many there were. */
export function endWebSessions(context: Context, user: string, how: { but?: string | null; reason: string }): number {
  const sessions = context.db
    .prepare('SELECT id FROM web_sessions WHERE user_id = ? AND id IS NOT ? ORDER BY id')
    .pluck()
    .all(user, how.but ?? null) as string[]
  for (const session of sessions) endWebSession(context, { session, user }, how.reason)
  return sessions.length
}

/** Writes down that a session is in use. */
export function noteWebUse({ db, now }: Pick<Context, 'db' | 'now'>, session: string): void {
  db.prepare('UPDATE web_sessions SET last_used_at = ? WHERE id = ? AND last_used_at NOT BETWEEN ? AND ?').run(
    now,
    session,
    now - USE_MS,
    now,
  )
}

/** Whether one with these times is over: it was not used for too long, or is too old. */
export const IS_OVER = `(expires_at <= @now OR last_used_at <= @now - ${WEB_SESSIONS.idleMs})`

/** Ends what is over, whether or not somebody is connected with it. */
export class EndedWebSessions {
  #over: Statement
  #ahead: Statement

  constructor(db: Database) {
    this.#over = db.prepare(`SELECT id AS session, user_id AS user FROM web_sessions WHERE ${IS_OVER} LIMIT 1000`)
    this.#ahead = db.prepare('SELECT id AS session, user_id AS user FROM web_sessions WHERE expires_at > ? LIMIT 1000')
  }

  tick(context: Context): void {
    for (const ended of this.#over.all({ now: context.now }) as { session: string; user: string }[])
      endWebSession(context, ended, 'the login is over')
    // A clock that is behind says of every login that it lasts too long: only one that is right can tell.
    if (context.clockSynced === false) return
    const longest = context.now + WEB_SESSIONS.ageMs + CLOCK_STEP_MS
    for (const ahead of this.#ahead.all(longest) as { session: string; user: string }[])
      endWebSession(context, ahead, 'the login was made while the clock of the hub was ahead')
  }
}
