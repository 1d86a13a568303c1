import { type Clock, wait } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import { hearWhole } from '../../speech/ports/speech-to-text.ts'
import { spokenWhole } from '../../speech/ports/text-to-speech.ts'
import { resample } from '../../speech/sound/resample.ts'
import type { Sound } from '../../speech/sound/wav-sound.ts'
import { wordErrors } from '../../speech/word-errors.ts'
import type { EachEngine } from './voice-engines.ts'

const HEARD_RATE = 16_000
/** For one engine; whoever asked waits for all of them. */
const EACH_MS = 10_000
/** More voices than this nobody listens to. */
const VOICES = 6

/** What one voice spoke, or one engine heard of what a voice spoke. */
export interface TriedEngine {
  voice: string
  /** `null`: the voice itself. */
  ear: string | null
  tookMs: number | null
  /** How long its sound is, seconds; of a voice. */
  soundS: number | null
  heard: string | null
  /** Words that were heard wrong, as a part of those spoken. */
  wrong: number | null
  error: string | null
  hint: string | null
}

/** Has each voice of a language speak a sentence, and everything that hears hear each of them. One that fails keeps no other from its turn. */
export async function tryEngines(
  { ears, voices }: EachEngine,
  { text, language, clock }: { text: string; language: string; clock: Clock },
): Promise<TriedEngine[]> {
  const speaks = ({ engine }: { engine: { languages: readonly string[] | null } }) =>
    engine.languages?.includes(language) ?? true
  const fitting = voices.filter((one) => speaks(one) && one.engine.isInstalled !== false)
  const all: TriedEngine[] = []
  for (const { key: voice, engine } of fitting.filter((_, at) => at < VOICES)) {
    const spoken = await tried(clock, async (signal) => {
      const sound = await spokenWhole(engine, text, { language, signal })
      return { sound, soundS: Math.round((sound.samples.length / sound.rate) * 100) / 100 }
    })
    all.push({ ...NOTHING, voice, ...spoken.told })
    const sound: Sound | undefined = spoken.value?.sound
    if (sound === undefined) continue
    for (const ear of ears.filter(speaks)) {
      const { told } = await tried(clock, async (signal) => {
        const { samples } = resample(sound, HEARD_RATE)
        const { text: heard } = await hearWhole(ear.engine, samples, { language, signal })
        return { heard, wrong: Math.round(wordErrors(text, heard) * 100) / 100 }
      })
      all.push({ ...NOTHING, voice, ear: ear.key, ...told })
    }
  }
  return all
}

const NOTHING = {
  ...{ ear: null, tookMs: null, soundS: null, heard: null, wrong: null, error: null, hint: null },
}

interface Told {
  tookMs: number | null
  error: string | null
  hint: string | null
}

async function tried<T extends object>(
  clock: Clock,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<{ value: T | null; told: Told & Omit<T, 'sound'> }> {
  const began = clock.mono()
  const over = new AbortController()
  const late = new AbortController()
  const limit = wait(clock, EACH_MS, over.signal).then(() => {
    if (over.signal.aborted) return null
    const error = new LaresError('timed_out', `it took longer than ${durationWords(EACH_MS)}`)
    late.abort(error)
    throw error
  })
  try {
    const running = run(late.signal)
    running.catch(() => {})
    const value = (await Promise.race([running, limit])) ?? (await running)
    const { sound: _, ...told } = value as T & { sound?: unknown }
    return {
      value,
      told: { tookMs: Math.round(clock.mono() - began), error: null, hint: null, ...(told as Omit<T, 'sound'>) },
    }
  } catch (error) {
    const hint = error instanceof LaresError ? error.hint : null
    return { value: null, told: { tookMs: null, error: asError(error).message, hint } as Told & Omit<T, 'sound'> }
  } finally {
    over.abort()
  }
}
