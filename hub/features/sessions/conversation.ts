import type { Wire } from '../../../shared/codec.ts'
import { COMPANION } from '../../../shared/companion.ts'
import { CLOCK_STEP_MS, TURN_MAX_MS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import { EMERGENCY_PRIORITY } from '../personas/definition.ts'
import { type SpeakingPersona, speakingPersona } from '../personas/speaking-persona.ts'
import { abandonHandoff } from './handoff-history.ts'
import { ownUp } from './interrupted-turn.ts'
import { moveSession, SESSION_IDLE_MS, SESSION_PAUSED_MS, type SessionKey } from './session-moves.ts'
import { metadataOf, SELECT_SESSION, type SessionRow, sessionAt, sessionRow } from './session-row.ts'

/** A turn that claims to be open for longer than any can be does not keep its session. */
const OPEN_TURN_MS = TURN_MAX_MS + 60_000

/** Whether a turn of the session `s` is being spoken. Its parameter is the oldest start that counts. */
const SPEAKING = "EXISTS (SELECT 1 FROM turns t WHERE t.session_id = s.id AND t.phase = 'open' AND t.started_at > ?)"

/** What a session is pinned to when every persona is inactive: it is recorded, and nobody answers in it. */
const NOBODY: SpeakingPersona = { id: COMPANION, version: 'none', priority: 0 }

interface Origin {
  device: string
  house: string
}

/**
 * The session the device is in, or a new one. Either is good for another two minutes now. A session keeps its persona and version;
 * where the device was given another persona since, this turn begins a session with that one.
 */
export function continueSession(context: Context, origin: Origin): SessionKey {
  const { db, now } = context
  const active = sessionAt(db, origin.device)
  if (active === undefined) return startSession(context, origin)
  // Whoever speaks on while another device is to take over stays where he is.
  const key = active.state === 'handed_off' ? abandonHandoff(context, active, 'somebody speaks on') : active
  const alive = db
    .prepare(`SELECT 1 FROM sessions s WHERE s.id = ? AND (s.expires_at > ? OR ${SPEAKING})`)
    .get(active.id, now, now - OPEN_TURN_MS)
  const here = sessionRow(db, active.id)
  if (key === null || here === undefined) return startSession(context, origin)
  const speaks = speakingPersona(db, origin.device)
  if (alive !== undefined && isSpokenForBy(here, speaks) && mayStillSpeak(context, here)) {
    prolongSession(context, key)
    return key
  }
  if (alive === undefined) closeSession(context, here, 'idle')
  else giveWay(context, here, speaks)
  return startSession(context, origin)
}

/**
 * Whether the device still has the persona that it had when the session came there, which is not that of a session that was handed
 * over. What an older hub began says nothing of it.
 */
function isSpokenForBy(session: SessionRow, speaks: SpeakingPersona | null): boolean {
  const { device_persona: before } = metadataOf(session)
  return before === undefined || before === (speaks?.id ?? null)
}

function mayStillSpeak({ db }: Context, { persona, version }: SessionRow): boolean {
  if (version === NOBODY.version) return true
  return db.prepare('SELECT is_active FROM personas WHERE id = ?').pluck().get(persona) === 1
}

/** An emergency pauses what runs and gives back; any other persona takes the place of the one before. */
function giveWay(context: Context, session: SessionRow, to: SpeakingPersona | null): void {
  const own = Number(context.db.prepare('SELECT priority FROM personas WHERE id = ?').pluck().get(session.persona) ?? 0)
  context.addEvent({
    ...{ type: 'persona_switch', device: session.device, house: session.house, session: session.id },
    ...{ oldState: session.persona, newState: to?.id ?? 'none' },
  })
  if (to !== null && to.priority >= EMERGENCY_PRIORITY && to.priority > own)
    pauseSession(context, session, { reason: 'emergency', givesBack: true })
  else closeSession(context, session, 'persona_changed')
}

/** Has a session last for another two minutes, where it is still the one that was meant. */
export function prolongSession(context: Context, { id, epoch }: SessionKey): void {
  context.db
    .prepare("UPDATE sessions SET expires_at = ?, updated_at = ? WHERE id = ? AND epoch = ? AND state = 'active'")
    .run(context.now + SESSION_IDLE_MS, context.now, id, epoch)
}

/** `givesBack`: it is taken up again when the session that takes its place is over. `null`: it was not as it was believed. */
export function pauseSession(
  context: Context,
  session: SessionRow,
  { reason, givesBack = false }: { reason: string; givesBack?: boolean },
): SessionKey | null {
  const metadata = { ...metadataOf(session), paused_for: reason, gives_back: givesBack }
  const key = moveSession(context, session, 'pause', { metadata })
  if (key === null) return null
  const { device, house, id } = session
  context.addEvent({ type: 'session_paused', device, house, session: id, data: { reason } })
  tellOver(context, device, { key, reason })
  return key
}

/** Takes up a session where it was paused. `null`: it is not paused, or the device is in another one. */
export function resumeSession(context: Context, session: SessionRow): SessionKey | null {
  const { device, house, id } = session
  if (sessionAt(context.db, device) !== undefined) return null
  const key = moveSession(context, session, 'resume')
  if (key === null) return null
  context.addEvent({ type: 'session_resumed', device, house, session: id })
  tellDevice(context, device, { session: id, epoch: key.epoch, turn: null, step: 'granted', reason: 'resumed' })
  return key
}

/** Ends a session for ever, and takes up the one that gave way to it. `null`: it was not as it was believed. */
export function closeSession(context: Context, session: SessionRow, reason: string): SessionKey | null {
  const key = moveSession(context, session, 'end')
  if (key === null) return null
  const { device, house, id } = session
  context.addEvent({ type: 'session_end', device, house, session: id, data: { reason } })
  // The device knows it by the epoch with which it was in it.
  tellOver(context, device, { key: session, reason })
  const waiting = context.db
    .prepare(
      `${SELECT_SESSION} WHERE s.device_id = ? AND s.state = 'paused' AND s.metadata ->> 'gives_back' = 1 ORDER BY s.created_at DESC, s.id DESC LIMIT 1`,
    )
    .get(device) as SessionRow | undefined
  if (waiting) resumeSession(context, waiting)
  return key
}

/** Sessions nobody spoke in for a while are over. One that somebody speaks in is not, however long the turn. */
export function endIdleSessions(context: Context): void {
  const { db, now } = context
  const idle = db
    .prepare(
      `${SELECT_SESSION} WHERE s.state IN ('active', 'paused') AND (s.expires_at <= ? OR s.expires_at > ? + iif(s.state = 'paused', ?, ?)) ` +
        `AND (s.state = 'paused' OR NOT ${SPEAKING})`,
    )
    // One that would end later than any can was prolonged under a clock that was ahead.
    .all(now, now + CLOCK_STEP_MS, SESSION_PAUSED_MS, SESSION_IDLE_MS, now - OPEN_TURN_MS) as SessionRow[]
  for (const session of idle) closeSession(context, session, 'idle')
}

/**
 * At start: what was said before by another run of the hub is told apart from what this one says. A turn that was open is closed by
 * then, and whoever waits for an answer is told that it does not come.
 */
export function fenceSessions(context: Context): void {
  const open = context.db.prepare(`${SELECT_SESSION} WHERE s.state IN ('active', 'paused', 'handed_off')`).all()
  for (const session of open as SessionRow[]) {
    const key = moveSession(context, session, 'restart')
    if (key !== null && session.state === 'active') ownUp(context, { ...session, ...key })
  }
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

/** Tells a device that a session is over for it: what is being said there ends, too. */
export function tellOver(context: Context, device: string, { key, reason }: { key: SessionKey; reason: string }): void {
  const open = context.db
    .prepare("SELECT id FROM turns WHERE session_id = ? AND device_id = ? AND phase = 'open' ORDER BY id")
    .pluck()
    .all(key.id, device) as string[]
  const turns = open.map((id) => id.replace(`${device}/`, ''))
  context.effect({ kind: 'session_left', device, session: key.id })
  for (const turn of turns.length === 0 ? [null] : turns)
    tellDevice(context, device, { session: key.id, epoch: key.epoch, turn, step: 'ended', reason })
}

/** `as`: who speaks in it; absent: whoever speaks on the device. */
export function startSession(context: Context, { device, house }: Origin, as?: SpeakingPersona): SessionKey {
  const { db, now } = context
  const speaks = speakingPersona(db, device)
  const persona = as ?? speaks ?? NOBODY
  const id = context.id()
  db.prepare(
    'INSERT INTO sessions (id, device_id, persona_id, persona_version, user_id, metadata, expires_at, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(
    ...[id, device, persona.id, persona.version, carrierOf(context, device)],
    ...[JSON.stringify({ device_persona: speaks?.id ?? null }), now + SESSION_IDLE_MS, now, now],
  )
  db.prepare('UPDATE devices SET active_session_id = ?, updated_at = ? WHERE id = ?').run(id, now, device)
  context.addEvent({ type: 'session_start', device, house, session: id })
  return { id, epoch: 1 }
}

/** The account of whoever has the device with them: nobody else is known by what they say. */
function carrierOf({ db }: Context, device: string): string | null {
  return (
    (db
      .prepare('SELECT p.user_id FROM devices d JOIN people p ON p.id = d.carried_by WHERE d.id = ?')
      .pluck()
      .get(device) as string | null | undefined) ?? null
  )
}
