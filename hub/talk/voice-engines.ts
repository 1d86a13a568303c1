import type { Clock } from '../../shared/clock.ts'
import { listenerOf, readChosen } from '../../speech/chosen-listener.ts'
import { SpeechFolder } from '../../speech/packages/speech-folder.ts'
import type { SpeechToText } from '../../speech/ports/speech-to-text.ts'
import type { TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import { RankedEars } from '../../speech/ranked/ranked-ears.ts'
import { RankedVoice } from '../../speech/ranked/ranked-voice.ts'
import { type RankedEngine, Ranking } from '../../speech/ranked/ranking.ts'
import { KNOWN_VOICES } from '../../speech/voices/known-voices.ts'
import { WyomingEars } from '../../speech/wyoming/wyoming-ears.ts'
import { WyomingVoice } from '../../speech/wyoming/wyoming-voice.ts'
import type { TalkEngines } from './talk-engines.ts'

/** What hears with the model of `lares voice install`, by the name under which it is ranked. */
export const MOONSHINE = 'moonshine'

/** An engine elsewhere, as the settings name it. */
export interface EngineElsewhere {
  does: 'hear' | 'speak'
  /** `host:port`. */
  address: string
  model?: string | undefined
  voice?: string | undefined
  languages?: readonly string[] | undefined
}

export interface VoiceEngineParts {
  /** The hub's data folder. */
  folder: string
  clock: Clock
  engines: Readonly<Record<string, EngineElsewhere>>
  /** Who is asked, the best first; absent: all that there are. */
  hear?: readonly string[] | undefined
  speak?: readonly string[] | undefined
}

/** Names in the rankings that are no engine. */
export function unknownEngines({ engines, hear = [], speak = [] }: VoiceEngineParts): string[] {
  const elsewhere = (does: EngineElsewhere['does']) =>
    Object.entries(engines).flatMap(([key, one]) => (one.does === does ? [key] : []))
  const hears = new Set([MOONSHINE, ...elsewhere('hear')])
  const speaks = new Set([...KNOWN_VOICES.map(({ name }) => name), ...elsewhere('speak')])
  return [...hear.filter((key) => !hears.has(key)), ...speak.filter((key) => !speaks.has(key))]
}

/** Everything that hears and speaks for this hub. What `lares voice install` brings is looked for with every turn. */
export function voiceEngines(parts: VoiceEngineParts): TalkEngines & VoiceHealth {
  const { clock } = parts
  const speech = new SpeechFolder(parts.folder)
  const speaking = new Ranking(ranked(voicesOf(parts), parts.speak), clock)
  const voice = new RankedVoice(speaking, clock)
  let size: string | null | undefined
  let hearing = new Ranking<SpeechToText>([], clock)
  let ears: RankedEars | null = null
  return {
    ears() {
      const chosen = readChosen(speech)
      if (size !== (chosen?.size ?? null)) {
        void ears?.rest()
        size = chosen?.size ?? null
        const local = chosen === null ? [] : [{ key: MOONSHINE, engine: listenerOf(speech, chosen.size, clock) }]
        hearing = new Ranking<SpeechToText>(ranked([...earsOf(parts), ...local], parts.hear), clock)
        ears = new RankedEars(hearing, clock)
      }
      return hearing.isEmpty ? null : ears
    },
    voice: () => (speaking.isEmpty ? null : voice),
    health: () => ({ hear: hearing.health(), speak: speaking.health() }),
    async stop() {
      await ears?.rest()
    },
  }
}

export interface VoiceHealth {
  health(): { hear: ReturnType<Ranking<SpeechToText>['health']>; speak: ReturnType<Ranking<TextToSpeech>['health']> }
}

function ranked<E>(all: readonly RankedEngine<E>[], order: readonly string[] | undefined): RankedEngine<E>[] {
  if (order === undefined) return [...all]
  return order.flatMap((key) => all.filter((one) => one.key === key))
}

function earsOf({ engines, clock }: VoiceEngineParts): RankedEngine<SpeechToText>[] {
  return Object.entries(engines).flatMap(([key, one]) => {
    if (one.does !== 'hear') return []
    const { model = null, languages = null } = one
    return [{ key, engine: new WyomingEars({ name: key, ...placeOf(one), clock, model, languages }) }]
  })
}

function voicesOf({ engines, clock }: VoiceEngineParts): RankedEngine<TextToSpeech>[] {
  const elsewhere = Object.entries(engines).flatMap(([key, one]) => {
    if (one.does !== 'speak') return []
    const { voice = null, languages = null } = one
    return [{ key, engine: new WyomingVoice({ name: key, ...placeOf(one), clock, voice, languages }) }]
  })
  return [...elsewhere, ...KNOWN_VOICES.map((engine) => ({ key: engine.name, engine }))]
}

function placeOf({ address }: EngineElsewhere): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.substring(0, at).replaceAll(/[[\]]/g, ''), port: Number(address.substring(at + 1)) }
}
