import type { Context } from '../../engine/context.ts'
import type { ErasedSubject } from '../../engine/erasure.ts'
import { shutOutDevice } from '../devices/shut-out.ts'
import { endErasedSessions } from '../sessions/erased-device.ts'
import { atCentralsWork } from '../sync/central-at-work.ts'
import type { Traces } from './pseudonym.ts'

/** What was begun. */
export interface BegunErasure {
  id: string
  pseudonym: string
}

/** Shuts a device or person out and has everything of it removed, in steps that follow. Once begun, it is the same again. */
export function beginErasure(context: Context, { what, key, reason }: ErasedSubject): BegunErasure {
  const { db, now } = context
  const traces = what === 'device' ? tracesOfDevice(context, key) : tracesOfUser(context, key)
  if (what === 'device') shutOutDevice(context, key)
  else shutOutUser(context, key)
  endErasedSessions(context, { what, key })
  const pseudonym = `erased-${Buffer.from(context.random(6)).toString('hex')}`
  const begun = db
    .prepare(
      "INSERT INTO erasures (id, what, key, pseudonym, traces, reason, state, requested_at) VALUES (?, ?, ?, ?, ?, ?, 'events', ?) " +
        "ON CONFLICT (what, key) DO UPDATE SET pseudonym = excluded.pseudonym, traces = excluded.traces, state = 'events', events_upto = 0, refused = NULL, refused_at = NULL, " +
        'removed_at = NULL, copies_renewed_at = NULL, forgotten_at = NULL, erased_at_central = NULL, done_at = NULL RETURNING id',
    )
    .pluck()
    .get(context.id(), what, key, pseudonym, JSON.stringify(traces), reason, now) as string
  return { id: begun, pseudonym }
}

/** Does again what central remembers and this database does not: it is a copy from before. */
export function eraseAgain(context: Context, subjects: readonly ErasedSubject[]): void {
  const known = context.db.prepare('SELECT 1 FROM erasures WHERE what = ? AND key = ?')
  for (const subject of subjects)
    if (known.get(subject.what, subject.key) === undefined) {
      const { pseudonym } = beginErasure(context, subject)
      context.addEvent({ type: 'erased_again', data: { what: subject.what, pseudonym } })
    }
}

function tracesOfDevice({ db }: Context, key: string): Traces {
  const names = db
    .prepare(
      "SELECT name FROM devices WHERE id = @key UNION SELECT old_state FROM events WHERE device_id = @key AND event_type = 'device_renamed' " +
        "UNION SELECT new_state FROM events WHERE device_id = @key AND event_type = 'device_renamed'",
    )
    .pluck()
    .all({ key }) as (string | null)[]
  const entities = db.prepare('SELECT id FROM device_entities WHERE device_id = ?').pluck().all(key) as string[]
  return { keys: [key, ...entities], names: said(names) }
}

function tracesOfUser({ db }: Context, key: string): Traces {
  const people = db.prepare('SELECT id, name FROM people WHERE user_id = ?').all(key) as { id: string; name: string }[]
  const user = db.prepare('SELECT email, full_name FROM users WHERE id = ?').get(key) as
    | { email: string | null; full_name: string | null }
    | undefined
  return {
    keys: said([key, user?.email ?? null, ...people.map(({ id }) => id)]),
    names: said([user?.full_name ?? null, ...people.map(({ name }) => name)]),
  }
}

function said(names: (string | null)[]): string[] {
  return [...new Set(names)].filter((name): name is string => name !== null && name !== '')
}

function shutOutUser(context: Context, key: string): void {
  const { db, now } = context
  atCentralsWork(db, () => {
    db.prepare('UPDATE users SET is_active = 0, hashed_password = NULL, updated_at = ? WHERE id = ?').run(now, key)
  })
  db.prepare('DELETE FROM api_tokens WHERE user_id = ?').run(key)
  db.prepare('DELETE FROM web_sessions WHERE user_id = ?').run(key)
  context.effect({ kind: 'disconnect_user', user: key, reason: 'the account is being erased' })
}
