import type { TalkShown } from '../../hub/answers.ts'

type Message = TalkShown['messages'][number]
type Turn = TalkShown['turns'][number]
type Handoff = TalkShown['handoffs'][number]

/** One line of a conversation. */
export type StoryLine =
  | { kind: 'said'; at: number; key: string; message: Message; turn: Turn | null }
  /** A turn of which no words of whoever spoke are kept. */
  | { kind: 'wordless'; at: number; key: string; turn: Turn }
  | { kind: 'move'; at: number; key: string; move: TalkShown['moves'][number]; handoff: Handoff | null }

/**
 * A conversation as it went: what was said, with the turn at the first message of it, and between that what happened to it. The oldest
 * first; what began first stands first where two have one time.
 */
export function storyLines({ messages, turns, moves, handoffs }: TalkShown): StoryLine[] {
  const waiting = new Map(turns.map((turn) => [turn.turn, turn]))
  const said = messages.map((message, index): StoryLine => {
    const turn = message.role === 'user' && message.turn !== null ? waiting.get(message.turn) : undefined
    if (turn !== undefined) waiting.delete(turn.turn)
    return { kind: 'said', at: message.created_at, key: `said ${index}`, message, turn: turn ?? null }
  })
  const lines = [
    ...moves.map((move, index): StoryLine => {
      const isIt = (one: Handoff) => move.type === 'handoff' && one.committed_at === move.at
      return { kind: 'move', at: move.at, key: `move ${index}`, move, handoff: handoffs.find(isIt) ?? null }
    }),
    ...[...waiting.values()].map(
      (turn): StoryLine => ({ kind: 'wordless', at: turn.started_at, key: turn.turn, turn }),
    ),
    ...said,
  ]
  return lines.sort((one, other) => one.at - other.at)
}
