import type { Context } from '../../engine/context.ts'
import { moveSession, type SessionKey } from './session-moves.ts'
import type { SessionRow } from './session-row.ts'

/** One handoff as it stands in `handoff_history`. */
export interface Handoff {
  from: string
  to: string
  /** Who asked. */
  by: string
  prepared_at: number
  /** When the other device had it; `null`: it has not, or never had. */
  committed_at: number | null
  abandoned_at: number | null
  /** Why it was abandoned. */
  reason: string | null
  /** Whether it took back the one before. */
  is_back: boolean
  /** The turn, as its table has it, in which somebody asked for it aloud, and in which that is answered. */
  turn?: string
}

/** The oldest first. */
export function handoffsOf({ history }: Pick<SessionRow, 'history'>): Handoff[] {
  return JSON.parse(history) as Handoff[]
}

/** Leaves a session where it was before a handoff was prepared. `null`: none is. */
export function abandonHandoff(context: Context, session: SessionRow, reason: string): SessionKey | null {
  const history = handoffsOf(session)
  const last = history.at(-1)
  const given = last === undefined ? history : history.with(-1, { ...last, abandoned_at: context.now, reason })
  const key = moveSession(context, session, 'abandon', { history: given })
  if (key === null) return null
  const { id, device, house } = session
  const description = `The conversation stays: ${reason}.`
  context.addEvent({ type: 'handoff_abandoned', device, house, session: id, description })
  return key
}
