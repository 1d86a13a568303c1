import { removeTurn } from '../sessions/delete-recording.ts'
import { turnId } from '../sessions/turns.ts'
import type { Answer, VoiceAsked } from './asked.ts'
import { houseNames } from './house-names.ts'
import { LANGUAGES, understand } from './understand.ts'

/** Later somebody else may be asking, and nobody means what was said then. */
const LATELY_MS = 600_000
/** What is said about what was said: its answers may quote that. */
const ABOUT: ReadonlySet<string> = new Set(['heard', 'forget', 'repeat'])

interface KeptTurn {
  id: string
  /** What was said; `null`: there are no words of it, or none any more. */
  words: string | null
}

/** Says what was heard last on this speaker. */
export function answerHeard(asked: VoiceAsked): Answer {
  const { words, device } = asked
  if (device === null) return { text: words.noSpeaker() }
  const kept = keptTurns(asked)
  const said = kept.at(-1)?.words ?? null
  if (said !== null) return { text: words.heardLast(said) }
  return { text: kept.length === 0 ? words.heardNothing() : words.heardNoWords() }
}

/** Removes what was heard last on this speaker, in words and as sound, here and at central, with whatever quotes it. */
export function answerForget(asked: VoiceAsked): Answer {
  const { words, context, house, device } = asked
  if (device === null) return { text: words.noSpeaker() }
  const kept = keptTurns(asked)
  if (kept.length === 0) return { text: words.heardNothing() }
  for (const { id } of kept) {
    const messages = removeTurn(context, id, { words: true })
    context.addEvent({
      ...{ type: 'recording_deleted', device: device.id, house: house.id, source: 'user', caller: context.caller },
      data: { turn: id, messages },
      description: `What ${device.name} heard was removed, by voice.`,
    })
  }
  return { text: words.forgotten(), done: kept.map(({ id }) => `turn ${id} forgotten`) }
}

/**
 * The turns of which something is kept, from the newest to the last one in which somebody said something of their own; without one,
 * only the newest. Not the one in which this is said.
 */
function keptTurns(asked: VoiceAsked): KeptTurn[] {
  const { context, device } = asked
  const { db, now, asker } = context
  const id = device?.id ?? ''
  const all = db
    .prepare(
      "SELECT id, (SELECT group_concat(content, ' ') FROM (SELECT content FROM messages m WHERE m.turn_id = t.id AND m.role = 'user' " +
        "AND m.content <> '' ORDER BY m.created_at, m.id)) AS words FROM turns t WHERE t.device_id = ? AND t.phase = 'ended' AND t.id <> ? AND " +
        "t.started_at > ? AND (EXISTS (SELECT 1 FROM messages m WHERE m.turn_id = t.id AND m.content <> '') OR " +
        'EXISTS (SELECT 1 FROM audio_clips c WHERE c.turn_id = t.id)) ORDER BY t.started_at DESC, t.id DESC',
    )
    .all(id, turnId(id, asker.request), now - LATELY_MS) as KeptTurn[]
  const own = all.findIndex(({ words }) => words !== null && !isAbout(asked, words))
  return all.filter((_, at) => at <= Math.max(own, 0))
}

function isAbout({ context, house }: VoiceAsked, said: string): boolean {
  const names = houseNames(context.db).of(house.id)
  return ABOUT.has(understand(said, LANGUAGES, names).match?.intent ?? '')
}
