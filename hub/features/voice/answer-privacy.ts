import { removeTurn } from '../sessions/delete-recording.ts'
import { turnId } from '../sessions/turns.ts'
import type { Answer, VoiceAsked } from './asked.ts'

/** Later somebody else may be asking, and nobody means what was said then. */
const LATELY_MS = 600_000

interface LastTurn {
  id: string
  /** What was said; `null`: there are no words of it, or none any more. */
  words: string | null
}

/** Says what was heard last on this speaker. */
export function answerHeard(asked: VoiceAsked): Answer {
  const { words, device } = asked
  if (device === null) return { text: words.noSpeaker() }
  const last = lastTurn(asked)
  if (last === null) return { text: words.heardNothing() }
  return { text: last.words === null ? words.heardNoWords() : words.heardLast(last.words) }
}

/** Removes what was heard last on this speaker, in words and as sound, here and at central. */
export function answerForget(asked: VoiceAsked): Answer {
  const { words, context, house, device } = asked
  if (device === null) return { text: words.noSpeaker() }
  const last = lastTurn(asked)
  if (last === null) return { text: words.heardNothing() }
  const messages = removeTurn(context, last.id, { words: true })
  context.addEvent({
    ...{ type: 'recording_deleted', device: device.id, house: house.id, source: 'user', caller: context.caller },
    data: { turn: last.id, messages },
    description: `What ${device.name} heard last was removed, by voice.`,
  })
  return { text: words.forgotten(), done: [`turn ${last.id} forgotten`] }
}

/** The newest turn of which something is kept, but for the one in which this is said. */
function lastTurn({ context, device }: VoiceAsked): LastTurn | null {
  const { db, now, asker } = context
  const id = device?.id ?? ''
  const row = db
    .prepare(
      "SELECT id, (SELECT group_concat(content, ' ') FROM (SELECT content FROM messages m WHERE m.turn_id = t.id AND m.role = 'user' " +
        "AND m.content <> '' ORDER BY m.created_at, m.id)) AS words FROM turns t WHERE t.device_id = ? AND t.phase = 'ended' AND t.id <> ? AND " +
        "t.started_at > ? AND (EXISTS (SELECT 1 FROM messages m WHERE m.turn_id = t.id AND m.content <> '') OR " +
        'EXISTS (SELECT 1 FROM audio_clips c WHERE c.turn_id = t.id)) ORDER BY t.started_at DESC, t.id DESC LIMIT 1',
    )
    .get(id, turnId(id, asker.request), now - LATELY_MS)
  return (row as LastTurn | undefined) ?? null
}
