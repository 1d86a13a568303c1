import { COMPANION } from '../../../shared/companion.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import type { Answer, VoiceAsked } from './asked.ts'
import { houseNames } from './house-names.ts'
import { INTENTS } from './intents.ts'
import { saidBefore } from './said-before.ts'
import { LANGUAGES, type LanguageCode, understand } from './understand.ts'

export interface Sentence {
  text: string
  house: string
  /** Who was spoken to; `null`: nobody in particular. */
  device: string | null
  /** `null`: that of the persona, and the others where it means nothing in that. */
  language: LanguageCode | null
}

export interface AnsweredSentence extends Required<Answer> {
  intent: string | null
  language: LanguageCode
  heard: Record<string, string>
}

interface PersonaRow {
  id: string
  name: string
  description: string | null
  voice_config: string | null
  behavior_config: string | null
}

/** Understands a sentence and does what it says, with the rights of a voice: in this house alone, and as far as the persona may. */
export function answerSentence(context: CallContext, { text, house, device, language }: Sentence): AnsweredSentence {
  const { db, caller } = context
  const persona = personaOf(context, device)
  const understood = understand(text, languagesOf(language, persona), houseNames(db).of(house))
  const { match, words } = understood
  const before = saidBefore(db)
  const asked: VoiceAsked = {
    context: { ...context, caller: { ...caller, houses: [house], sees: [house] } },
    house: { id: house, zone: db.prepare('SELECT timezone FROM houses WHERE id = ?').pluck().get(house) as string },
    device: device === null ? null : deviceOf(context, device),
    ...{ persona, words, before, slots: match?.slots ?? {} },
  }
  const run = match === null ? undefined : INTENTS.get(match.intent)
  const isAllowed = match !== null && mayDo(persona, match.intent)
  const answer: Answer = run
    ? isAllowed
      ? run(asked)
      : { text: words.notForHere() }
    : { text: understood.refused === null ? words.notUnderstood(text) : words.notByVoice(understood.refused) }
  const to = device ?? caller.principal
  context.committed(() => before.say(to, answer.text))
  return {
    text: answer.text,
    done: answer.done ?? [],
    intent: match?.intent ?? null,
    language: understood.language,
    heard: Object.fromEntries(Object.entries(asked.slots).map(([slot, { heard }]) => [slot, heard])),
  }
}

function deviceOf({ db }: CallContext, id: string): VoiceAsked['device'] {
  return db.prepare('SELECT id, name, room_id AS room FROM devices WHERE id = ?').get(id) as VoiceAsked['device']
}

function personaOf({ db }: CallContext, device: string | null): PersonaRow {
  const row = db
    .prepare(
      'SELECT p.id, p.name, p.description, p.voice_config, p.behavior_config FROM personas p WHERE p.is_active = 1 AND p.id IN ' +
        '(coalesce((SELECT active_persona_id FROM devices WHERE id = ?), ?), ?) ORDER BY p.id = ? LIMIT 1',
    )
    .get(device, COMPANION, COMPANION, COMPANION) as PersonaRow | undefined
  return row ?? { id: COMPANION, name: 'Lares', description: null, voice_config: null, behavior_config: null }
}

function languagesOf(given: LanguageCode | null, { voice_config }: PersonaRow): [LanguageCode, ...LanguageCode[]] {
  if (given !== null) return [given]
  const spoken = String(objectOf(voice_config).language ?? '')
  const [own = 'en', ...others] = [...LANGUAGES].sort(
    (one, other) => Number(spoken.startsWith(other)) - Number(spoken.startsWith(one)),
  )
  return [own, ...others]
}

/** A persona that names what it may do does nothing else. */
function mayDo({ behavior_config }: PersonaRow, intent: string): boolean {
  const { allowed_actions: allowed } = objectOf(behavior_config)
  return !Array.isArray(allowed) || allowed.includes(intent)
}

function objectOf(json: string | null): Record<string, unknown> {
  const value: unknown = JSON.parse(json ?? '{}')
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
