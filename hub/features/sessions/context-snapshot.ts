import type { Context } from '../../engine/context.ts'
import { mayFollow, type SessionKey, TURN_STEPS, type TurnStep } from './session-moves.ts'

/** What was said lately is kept with the session, in so many messages; the rest is in their own table. */
const MESSAGES = 20

/** What a session is continued with, here or elsewhere, also after the hub was away. */
export interface ContextSnapshot {
  at: number
  step: TurnStep
  /** The device that was spoken to last, and its turn. */
  device: string
  turn: string
  turns: number
  /** The ids of what was said, the oldest first. Not the words: whoever removes those from their table has removed them. */
  messages: string[]
}

/**
 * Writes the context of a session down with a step of a turn. Nothing is written for a session that is not the one that was meant, nor
 * for a step that cannot follow.
 */
export function keepContext(
  { db, now }: Context,
  { id, epoch }: SessionKey,
  { step, device, turn }: Pick<ContextSnapshot, 'step' | 'device' | 'turn'>,
): void {
  const known = db.prepare('SELECT context_snapshot FROM sessions WHERE id = ? AND epoch = ?').pluck().get(id, epoch) as
    | string
    | undefined
  if (known === undefined || !mayFollow(stepOf(known), step)) return
  const messages = db
    .prepare(
      'SELECT id FROM (SELECT id, created_at FROM messages WHERE session_id = ? ORDER BY created_at DESC, id DESC LIMIT ?) ORDER BY created_at, id',
    )
    .pluck()
    .all(id, MESSAGES) as string[]
  const turns = db.prepare('SELECT count(*) FROM turns WHERE session_id = ?').pluck().get(id) as number
  const snapshot: ContextSnapshot = { at: now, step, device, turn, turns, messages }
  db.prepare('UPDATE sessions SET context_snapshot = ?, updated_at = ? WHERE id = ? AND epoch = ?').run(
    ...[JSON.stringify(snapshot), now, id, epoch],
  )
}

/** Where the session stands; `idle` where it is not the one that was meant. */
export function contextStep({ db }: Pick<Context, 'db'>, { id, epoch }: SessionKey): TurnStep {
  const known = db.prepare('SELECT context_snapshot FROM sessions WHERE id = ? AND epoch = ?').pluck().get(id, epoch)
  return typeof known === 'string' ? stepOf(known) : 'idle'
}

/** The step that a snapshot was written at. */
export function stepOf(snapshot: string): TurnStep {
  const { step } = JSON.parse(snapshot) as Partial<ContextSnapshot>
  return TURN_STEPS.find((one) => one === step) ?? 'idle'
}
