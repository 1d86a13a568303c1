import type { Wire } from '../../../shared/codec.ts'
import { COMPANION } from '../../../shared/companion.ts'
import { CLOCK_STEP_MS, TURN_MAX_MS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import { speakingPersona } from '../personas/speaking-persona.ts'

/** After this long without a turn the next one starts a new session. */
const SESSION_IDLE_MS = 120_000
/** A turn that claims to be open for longer than any can be does not keep its session. */
const OPEN_TURN_MS = TURN_MAX_MS + 60_000

/** Whether a turn of the session `s` is being spoken. Its parameter is the oldest start that counts. */
const SPEAKING = "EXISTS (SELECT 1 FROM turns t WHERE t.session_id = s.id AND t.phase = 'open' AND t.started_at > ?)"

/** What a session is pinned to when every persona is inactive: it is recorded, and nobody answers in it. */
const NOBODY = { id: COMPANION, version: 'none' }

/** A session with its fencing number. */
export interface SessionKey {
  id: string
  epoch: number
}

/** The session the device is in, or a new one. Either is good for another two minutes now. */
export function continueSession(context: Context, origin: { device: string; house: string }): SessionKey {
  const { db, now } = context
  const active = db
    .prepare(
      `SELECT s.id, s.epoch FROM sessions s WHERE s.device_id = ? AND s.state = 'active' AND (s.expires_at > ? OR ${SPEAKING}) ` +
        'ORDER BY s.created_at DESC, s.id DESC LIMIT 1',
    )
    .get(origin.device, now, now - OPEN_TURN_MS) as SessionKey | undefined
  if (!active) return startSession(context, origin)
  prolongSession(context, active.id)
  return active
}

export function prolongSession(context: Context, id: string): void {
  context.db
    .prepare("UPDATE sessions SET expires_at = ?, updated_at = ? WHERE id = ? AND state = 'active'")
    .run(context.now + SESSION_IDLE_MS, context.now, id)
}

/** Sessions nobody spoke in for a while are over. One that somebody speaks in is not, however long the turn. */
export function endIdleSessions(context: Context): void {
  const { db, now } = context
  const idle = db
    .prepare(
      'SELECT s.id, s.epoch, s.device_id AS device, d.house_id AS house FROM sessions s JOIN devices d ON d.id = s.device_id ' +
        `WHERE s.state = 'active' AND (s.expires_at <= ? OR s.expires_at > ?) AND NOT ${SPEAKING}`,
    )
    // One that would end later than any can was prolonged under a clock that was ahead.
    .all(now, now + SESSION_IDLE_MS + CLOCK_STEP_MS, now - OPEN_TURN_MS) as (SessionKey & {
    device: string
    house: string
  })[]
  for (const { id, epoch, device, house } of idle) {
    db.prepare("UPDATE sessions SET state = 'ended', ended_at = ?, updated_at = ? WHERE id = ?").run(now, now, id)
    db.prepare('UPDATE devices SET active_session_id = NULL, updated_at = ? WHERE active_session_id = ?').run(now, id)
    context.addEvent({ type: 'session_end', device, house, session: id })
    tellDevice(context, device, { session: id, epoch, turn: null, step: 'ended', reason: 'idle' })
  }
}

/** At start: what was said before by another run of the hub is told apart from what this one says. */
export function fenceSessions(context: Context): void {
  context.db.prepare("UPDATE sessions SET epoch = epoch + 1, updated_at = ? WHERE state = 'active'").run(context.now)
}

export function tellDevice(context: Context, device: string, message: Wire<'session'>): void {
  context.effect({
    kind: 'publish',
    topic: context.topics.build('session', { device }),
    payload: JSON.stringify(message),
    qos: 1,
    retain: false,
  })
}

function startSession(context: Context, { device, house }: { device: string; house: string }): SessionKey {
  const { db, now } = context
  const persona = speakingPersona(db, device) ?? NOBODY
  const id = context.id()
  db.prepare(
    'INSERT INTO sessions (id, device_id, persona_id, persona_version, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(id, device, persona.id, persona.version, now + SESSION_IDLE_MS, now, now)
  db.prepare('UPDATE devices SET active_session_id = ?, updated_at = ? WHERE id = ?').run(id, now, device)
  context.addEvent({ type: 'session_start', device, house, session: id })
  return { id, epoch: 1 }
}
