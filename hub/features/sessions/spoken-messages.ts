import type { Context } from '../../engine/context.ts'
import type { SpokenAnswer } from '../../engine/spoken-turns.ts'
import { keepContext } from './context-snapshot.ts'
import { prolongSession } from './conversation.ts'
import type { SessionKey, TurnStep } from './session-moves.ts'
import { turnId } from './turns.ts'

/** A turn that is answered, in the session in which it began. */
export interface AnsweredTurn {
  /** That of the table. */
  id: string
  turn: string
  device: string
  house: string
  session: SessionKey
  persona: string
  version: string
}

/**
 * The turn of a device, where its session is still the one that it began in, at the same device. `null`: whatever is said of it now
 * comes too late.
 */
export function answeredTurn({ db }: Context, { device, turn }: { device: string; turn: string }): AnsweredTurn | null {
  const row = db
    .prepare(
      'SELECT s.id AS session, s.epoch, d.house_id AS house, s.persona_id AS persona, s.persona_version AS version FROM turns t ' +
        "JOIN sessions s ON s.id = t.session_id AND s.device_id = t.device_id AND s.state IN ('active', 'handed_off') " +
        "AND s.epoch = t.timings ->> 'session_epoch' JOIN devices d ON d.id = t.device_id WHERE t.id = ?",
    )
    .get(turnId(device, turn)) as
    | { session: string; epoch: number; house: string; persona: string; version: string }
    | undefined
  if (row === undefined) return null
  const { session, epoch, ...rest } = row
  return { id: turnId(device, turn), turn, device, ...rest, session: { id: session, epoch } }
}

/** Keeps what somebody said, and that an answer is being looked for. */
export function addHeard(context: Context, turn: AnsweredTurn, { text, by }: { text: string; by: string }): void {
  addMessage(context, turn, { role: 'user', text, timings: { by } })
  step(context, turn, 'thinking')
}

/** Keeps what was answered as far as it was heard: what nobody heard was not said. */
export function addAnswered(context: Context, turn: AnsweredTurn, answer: SpokenAnswer): void {
  const { heard, stages, latencyMs, tokens, text, end, by, voice, error } = answer
  const timings = {
    ...stages,
    end,
    by,
    voice,
    ...(heard === text ? {} : { cut: true }),
    ...(error === null ? {} : { error }),
  }
  if (heard !== '') addMessage(context, turn, { role: 'assistant', text: heard, timings, latencyMs, tokens })
  context.db
    .prepare('UPDATE turns SET timings = json_patch(timings, ?), updated_at = ? WHERE id = ?')
    .run(JSON.stringify({ stages }), context.now, turn.id)
  prolongSession(context, turn.session)
  step(context, turn, 'speaking')
  step(context, turn, end === 'played' ? 'follow_up' : 'idle')
}

/** Keeps what is said without having been asked. */
export function addSaid(
  context: Context,
  { session, persona, text }: { session: SessionKey; persona: string; text: string },
): void {
  insertMessage(context, { session: session.id, turn: null, persona }, { role: 'assistant', text, timings: {} })
}

/** The session stands there now. */
export function step(context: Context, { session, device, turn }: AnsweredTurn, to: TurnStep): void {
  keepContext(context, session, { step: to, device, turn })
}

interface NewMessage {
  role: 'user' | 'assistant'
  text: string
  timings: Record<string, unknown>
  latencyMs?: number | null
  tokens?: number | null
}

function addMessage(context: Context, { id, session, persona }: AnsweredTurn, message: NewMessage): void {
  insertMessage(context, { session: session.id, turn: id, persona }, message)
}

function insertMessage(
  context: Context,
  { session, turn, persona }: { session: string; turn: string | null; persona: string },
  message: NewMessage,
): void {
  const { role, text, timings, latencyMs = null, tokens = null } = message
  const { now } = context
  context.db
    .prepare(
      'INSERT INTO messages (id, session_id, turn_id, role, content, persona_id, response_latency_ms, tokens_used, timings, created_at, updated_at) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      ...[context.id(), session, turn, role, text, persona],
      ...[latencyMs === null ? null : Math.round(latencyMs), tokens, JSON.stringify(timings), now, now],
    )
}
