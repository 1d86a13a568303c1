import { listenerOf, readChosen } from '../../speech/chosen-listener.ts'
import { SpeechFolder } from '../../speech/packages/speech-folder.ts'
import type { SpeechToText } from '../../speech/ports/speech-to-text.ts'
import type { TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import { RankedEars } from '../../speech/ranked/ranked-ears.ts'
import { RankedVoice } from '../../speech/ranked/ranked-voice.ts'
import { type RankedEngine, type RankedHealth, Ranking } from '../../speech/ranked/ranking.ts'
import { KNOWN_VOICES } from '../../speech/voices/known-voices.ts'
import { RankedAnswers } from '../models/ranked-answers.ts'
import {
  answersElsewhere,
  type ElsewhereParts,
  type EngineElsewhere,
  earsElsewhere,
  voicesElsewhere,
} from './engines-elsewhere.ts'
import type { TalkEngines } from './talk-engines.ts'

/** What hears with the model of `lares voice install`, by the name under which it is ranked. */
export const MOONSHINE = 'moonshine'

export interface VoiceEngineParts extends ElsewhereParts {
  /** The hub's data folder. */
  folder: string
  /** Who is asked, the best first; absent: all that there are. */
  hear?: readonly string[] | undefined
  speak?: readonly string[] | undefined
  answer?: readonly string[] | undefined
}

/** Names in the rankings that are no engine. */
export function unknownEngines({
  engines,
  hear = [],
  speak = [],
  answer = [],
}: Pick<VoiceEngineParts, 'engines' | 'hear' | 'speak' | 'answer'>): string[] {
  const elsewhere = (does: EngineElsewhere['does']) =>
    Object.entries(engines).flatMap(([key, one]) => (one.does === does ? [key] : []))
  const hears = new Set([MOONSHINE, ...elsewhere('hear')])
  const speaks = new Set([...KNOWN_VOICES.map(({ name }) => name), ...elsewhere('speak')])
  const answers = new Set(elsewhere('answer'))
  return [
    ...hear.filter((key) => !hears.has(key)),
    ...speak.filter((key) => !speaks.has(key)),
    ...answer.filter((key) => !answers.has(key)),
  ]
}

/** Everything that hears and speaks for this hub. What `lares voice install` brings is looked for with every turn. */
export function voiceEngines(parts: VoiceEngineParts): TalkEngines & VoiceHealth {
  const { clock } = parts
  const speech = new SpeechFolder(parts.folder)
  const speaking = new Ranking(ranked(voicesOf(parts), parts.speak), clock)
  const answers = new RankedAnswers(new Ranking(ranked(answersElsewhere(parts), parts.answer), clock), clock)
  const voice = new RankedVoice(speaking, clock)
  let size: string | null | undefined
  let hearing = new Ranking<SpeechToText>([], clock)
  let ears: RankedEars | null = null
  const engines = {
    ears() {
      const chosen = readChosen(speech)
      if (size !== (chosen?.size ?? null)) {
        void ears?.rest()
        size = chosen?.size ?? null
        const local = chosen === null ? [] : [{ key: MOONSHINE, engine: listenerOf(speech, chosen.size, clock) }]
        hearing = new Ranking<SpeechToText>(ranked([...earsElsewhere(parts), ...local], parts.hear), clock)
        ears = new RankedEars(hearing, clock)
      }
      return hearing.isEmpty ? null : ears
    },
    voice: () => (speaking.isEmpty ? null : voice),
    answers: () => (answers.isEmpty ? null : answers),
    health() {
      engines.ears()
      return { hear: hearing.health(), speak: speaking.health(), answer: answers.health() }
    },
    each() {
      engines.ears()
      return { ears: hearing.all, voices: speaking.all }
    },
    async stop() {
      await ears?.rest()
    },
  }
  return engines
}

/** Everything that hears and speaks, each by itself. */
export interface EachEngine {
  ears: readonly RankedEngine<SpeechToText>[]
  voices: readonly RankedEngine<TextToSpeech>[]
}

/** How engines are, and each for whoever tries them. */
export interface VoiceHealth {
  health(): Record<'hear' | 'speak' | 'answer', RankedHealth[]>
  each(): EachEngine
}

function ranked<E>(all: readonly RankedEngine<E>[], order: readonly string[] | undefined): RankedEngine<E>[] {
  if (order === undefined) return [...all]
  return order.flatMap((key) => all.filter((one) => one.key === key))
}

function voicesOf(parts: VoiceEngineParts): RankedEngine<TextToSpeech>[] {
  return [...voicesElsewhere(parts), ...KNOWN_VOICES.map((engine) => ({ key: engine.name, engine }))]
}
