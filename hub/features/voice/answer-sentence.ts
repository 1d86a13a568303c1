import type { CallContext } from '../../engine/admin-command.ts'
import { speakingPersona } from '../personas/speaking-persona.ts'
import type { Answer, VoiceAsked } from './asked.ts'
import { houseNames } from './house-names.ts'
import { COMMAND_OF, INTENTS } from './intents.ts'
import { saidBefore } from './said-before.ts'
import { LANGUAGES, type LanguageCode, understand } from './understand.ts'

export interface Sentence {
  text: string
  house: string
  /** Who was spoken to; `null`: nobody in particular. */
  device: string | null
  /** The turn in which it was said aloud, as its table has it. */
  turn?: string
  /** `null`: that of the persona, and the others where it means nothing in that. */
  language: LanguageCode | null
}

export interface AnsweredSentence extends Required<Answer> {
  intent: string | null
  language: LanguageCode
  heard: Record<string, string>
  /** Something is there and never done by voice. */
  isRefused: boolean
}

interface PersonaRow {
  id: string
  name: string
  description: string | null
  voice_config: string | null
  behavior_config: string | null
}

/** Understands a sentence and does what it says, with the rights of a voice: in this house alone, and as far as the persona may. */
export function answerSentence(
  context: CallContext,
  { text, house, device, language, turn }: Sentence,
): AnsweredSentence {
  const { db, caller } = context
  const persona = personaOf(context, device)
  const understood = understand(text, languagesOf(language, persona), houseNames(db).of(house))
  const { match, words } = understood
  const before = saidBefore(db)
  const asked: VoiceAsked = {
    context: { ...context, caller: { ...caller, houses: [house], sees: [house] } },
    house: { id: house, zone: db.prepare('SELECT timezone FROM houses WHERE id = ?').pluck().get(house) as string },
    device: device === null ? null : deviceOf(context, device),
    turn: turn ?? null,
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
    isRefused: match === null && understood.refused !== null,
    language: understood.language,
    heard: Object.fromEntries(Object.entries(asked.slots).map(([slot, { heard }]) => [slot, heard])),
  }
}

function deviceOf({ db }: CallContext, id: string): VoiceAsked['device'] {
  return db.prepare('SELECT id, name, room_id AS room FROM devices WHERE id = ?').get(id) as VoiceAsked['device']
}

/** Who speaks; where nobody in particular was spoken to, it is who speaks where nobody chose. */
function personaOf({ db }: CallContext, device: string | null): PersonaRow {
  const speaking = speakingPersona(db, device ?? '')
  const row = db
    .prepare('SELECT id, name, description, voice_config, behavior_config FROM personas WHERE id = ?')
    .get(speaking?.id ?? '') as PersonaRow | undefined
  return row ?? { id: '', name: 'Lares', description: null, voice_config: null, behavior_config: null }
}

function languagesOf(given: LanguageCode | null, { voice_config }: PersonaRow): [LanguageCode, ...LanguageCode[]] {
  if (given !== null) return [given]
  const spoken = String(objectOf(voice_config).language ?? '')
  const [own = 'en', ...others] = [...LANGUAGES].sort(
    (one, other) => Number(spoken.startsWith(other)) - Number(spoken.startsWith(one)),
  )
  return [own, ...others]
}

/** A persona whose behaviour names commands does nothing that is another one. */
function mayDo({ behavior_config }: PersonaRow, intent: string): boolean {
  const { actions } = objectOf(behavior_config)
  const command = COMMAND_OF.get(intent)
  if (command === undefined || !Array.isArray(actions) || actions.length === 0) return true
  return actions.includes(command) || actions.includes(command.replace(/\/.*$/, '/*'))
}

function objectOf(json: string | null): Record<string, unknown> {
  const value: unknown = JSON.parse(json ?? '{}')
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
