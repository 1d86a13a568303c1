import type { Clock } from '../shared/clock.ts'
import { asError, LaresError } from '../shared/errors.ts'
import { MODEL_RATE } from './moonshine/decoder.ts'
import { hearWhole, type SpeechToText } from './ports/speech-to-text.ts'
import { spokenWhole, type TextToSpeech } from './ports/text-to-speech.ts'
import { resample } from './sound/resample.ts'
import { wordErrors } from './word-errors.ts'

/** What one voice spoke and what was heard of it. */
export interface Tried {
  voice: string
  spoke_ms: number | null
  sound_s: number | null
  heard: string | null
  heard_ms: number | null
  /** Words that were heard wrong, as a part of those spoken. */
  wrong: number | null
  error: string | null
  hint: string | null
}

/** Lets each voice speak a sentence, and the listener hear it; `null`: nothing that hears is installed. One that fails keeps no other from its turn. */
export async function tryVoices(
  text: string,
  {
    voices,
    listener,
    language,
    clock,
  }: { voices: readonly TextToSpeech[]; listener: SpeechToText | null; language: string; clock: Clock },
): Promise<Tried[]> {
  const tried: Tried[] = []
  for (const voice of voices.filter(({ languages }) => languages?.includes(language) ?? true)) {
    const one: Tried = {
      ...{
        voice: voice.name,
        spoke_ms: null,
        sound_s: null,
        heard: null,
        heard_ms: null,
        wrong: null,
        error: null,
        hint: null,
      },
    }
    tried.push(one)
    try {
      const began = clock.mono()
      const sound = await spokenWhole(voice, text, { language })
      one.spoke_ms = Math.round(clock.mono() - began)
      one.sound_s = Math.round((sound.samples.length / sound.rate) * 100) / 100
      if (listener === null) continue
      const { text: heard, tookMs } = await hearWhole(listener, resample(sound, MODEL_RATE).samples, { language })
      one.heard = heard
      one.heard_ms = Math.round(tookMs)
      one.wrong = Math.round(wordErrors(text, heard) * 100) / 100
    } catch (error) {
      one.error = asError(error).message
      one.hint = error instanceof LaresError ? error.hint : null
    }
  }
  return tried
}
