import type { Context } from '../../engine/context.ts'

export const SESSION_STATES = ['active', 'paused', 'ended', 'handed_off'] as const
export type SessionState = (typeof SESSION_STATES)[number]

/** After this long without a turn the next one starts a new session. */
export const SESSION_IDLE_MS = 120_000
/** A conversation that was set aside is taken up again within an hour, or it is over. */
export const SESSION_PAUSED_MS = 3_600_000

/**
 * What may become of a session, by what happens to it. `handed_off` is one that another device is about to take: it is active
 * again there, or where it was. What is not named here is forbidden, and nothing comes out of `ended`.
 */
const MOVES = {
  pause: { active: 'paused' },
  resume: { paused: 'active' },
  prepare: { active: 'handed_off' },
  commit: { handed_off: 'active' },
  abandon: { handed_off: 'active' },
  /** The hub starts: a handoff that was under way did not happen. */
  restart: { active: 'active', paused: 'paused', handed_off: 'active' },
  end: { active: 'ended', paused: 'ended', handed_off: 'ended' },
} as const satisfies Record<string, Partial<Record<SessionState, SessionState>>>

export type SessionMove = keyof typeof MOVES

/** The state after a move; `null`: it is forbidden. */
export function nextState(state: SessionState, move: SessionMove): SessionState | null {
  const moves: Partial<Record<SessionState, SessionState>> = MOVES[move]
  return moves[state] ?? null
}

/** Where a turn of a session stands. `idle`: nobody speaks. */
export const TURN_STEPS = ['idle', 'listening', 'thinking', 'speaking', 'follow_up'] as const
export type TurnStep = (typeof TURN_STEPS)[number]

/** Somebody may speak at any time, also into an answer; any step may be given up. Words may be there before or after the end of their turn is kept. */
const STEPS: Readonly<Record<TurnStep, readonly TurnStep[]>> = {
  idle: ['listening', 'thinking'],
  listening: ['listening', 'thinking', 'idle'],
  thinking: ['speaking', 'listening', 'idle'],
  speaking: ['follow_up', 'listening', 'idle'],
  follow_up: ['listening', 'idle'],
}

/** Whether the one step may follow the other. */
export function mayFollow(step: TurnStep, next: TurnStep): boolean {
  return STEPS[step].includes(next)
}

/** A session with its fencing number: whoever has an older one speaks of what is no more. */
export interface SessionKey {
  id: string
  epoch: number
}

/** What else a move changes. */
export interface MoveChanges {
  /** Where the session is from now on. */
  device?: string
  history?: readonly unknown[]
  metadata?: Readonly<Record<string, unknown>>
}

/**
 * The only place where the state of a session is written: compares and sets. `null`: the session is not as whoever asks believes,
 * because its epoch is another or the move is forbidden, and nothing was changed. Every move counts the epoch up.
 */
export function moveSession(
  context: Context,
  { id, epoch }: SessionKey,
  move: SessionMove,
  { device, history, metadata }: MoveChanges = {},
): SessionKey | null {
  const { db, now } = context
  const row = db.prepare('SELECT state, device_id FROM sessions WHERE id = ?').get(id) as
    | { state: SessionState; device_id: string }
    | undefined
  const next = row === undefined ? null : nextState(row.state, move)
  if (row === undefined || next === null) return null
  const { changes } = db
    .prepare(
      'UPDATE sessions SET state = ?, epoch = epoch + 1, device_id = ?, expires_at = coalesce(?, expires_at), ended_at = ?, ' +
        'handoff_history = coalesce(?, handoff_history), metadata = coalesce(?, metadata), updated_at = ? WHERE id = ? AND epoch = ? AND state = ?',
    )
    .run(
      ...[next, device ?? row.device_id, expiry(move, now), next === 'ended' ? now : null],
      ...[json(history), json(metadata), now, id, epoch, row.state],
    )
  if (changes !== 1) return null
  pointTo(context, { id, device: device ?? row.device_id, isHere: next === 'active' || next === 'handed_off' })
  return { id, epoch: epoch + 1 }
}

/** A move begins the time anew in which something has to happen; an end and a restart of the hub do not. */
function expiry(move: SessionMove, now: number): number | null {
  if (move === 'end' || move === 'restart') return null
  return now + (move === 'pause' ? SESSION_PAUSED_MS : SESSION_IDLE_MS)
}

/** Has the device point to its session, and no other one. */
function pointTo({ db, now }: Context, { id, device, isHere }: { id: string; device: string; isHere: boolean }): void {
  const here = isHere ? device : ''
  db.prepare('UPDATE devices SET active_session_id = NULL, updated_at = ? WHERE active_session_id = ? AND id <> ?').run(
    now,
    id,
    here,
  )
  if (isHere)
    db.prepare(
      'UPDATE devices SET active_session_id = ?, updated_at = ? WHERE id = ? AND active_session_id IS NOT ?',
    ).run(id, now, device, id)
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
