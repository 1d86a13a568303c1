import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LaresError } from '../shared/errors.ts'
import type { ModelSize } from './packages/speech-catalogue.ts'
import { hearWhole, type SpeechToText } from './ports/speech-to-text.ts'
import { readWav } from './sound/wav-sound.ts'
import { wordErrors } from './word-errors.ts'

/** What is said in the sentence that lies here. */
const SAID = 'How warm is it in the living room, and is the window open?'
/** A model that gets more of so clear a sentence wrong is not whole. */
const MOST_WRONG = 0.3

/** Above this part of the time that speech takes, an answer comes too late to be one. */
export const MOST_TIMES_REAL = 0.3
/** Bytes that must be free beside what runs already. */
export const NEEDED_BYTES = 600e6

/** How long a second of speech takes an engine on this machine, in seconds. Rejects with `program_failed` when it does not understand. */
export async function timesReal(listener: SpeechToText): Promise<number> {
  const { rate, samples } = readWav(readFileSync(join(import.meta.dirname, 'sound', 'sentence.wav')))
  // The first one finds nothing in the caches of the processor.
  await hearWhole(listener, samples, { language: 'en' })
  const { text, tookMs } = await hearWhole(listener, samples, { language: 'en' })
  if (wordErrors(SAID, text) > MOST_WRONG)
    throw new LaresError(
      'program_failed',
      `${listener.name} understands ${JSON.stringify(text)} where ${JSON.stringify(SAID)} was said`,
      {
        hint: 'Fetch it anew: lares voice remove, then lares voice install.',
      },
    )
  return tookMs / 1_000 / (samples.length / rate)
}

/** The larger model that this machine can run; `null`: none. */
export function fittingSize(measured: ReadonlyMap<ModelSize, number>, freeBytes: number): ModelSize | null {
  if (freeBytes < NEEDED_BYTES) return null
  for (const size of ['base', 'tiny'] as const)
    if ((measured.get(size) ?? Number.POSITIVE_INFINITY) <= MOST_TIMES_REAL) return size
  return null
}

/** What programs may still take, as the kernel says it. */
export function freeMemory(): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
  return Number(kilobytes ?? 0) * 1024
}
