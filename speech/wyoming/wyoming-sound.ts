import { pcmSamples } from '../sound/pcm-bytes.ts'
import { resample } from '../sound/resample.ts'

const RATE = 16_000
const RATES = { least: 8_000, most: 48_000 } as const
const CHANNELS = 8
/** Of one event: programs send some hundredths of a second, and what is converted at once holds everybody else up. */
const MOST_BYTES = 200_000

export interface WyomingFormat {
  rate: number
  channels: number
}

/** The format that an event names. Throws an `Error` that says what is wrong. */
export function formatOf({ rate, width, channels }: Readonly<Record<string, unknown>>): WyomingFormat {
  if (width !== 2) throw new Error(`sound of ${JSON.stringify(width)} bytes a sample is not understood, of 2 it is`)
  if (!isWithin(rate, RATES.least, RATES.most))
    throw new Error(`sound at a rate of ${JSON.stringify(rate)} is not understood`)
  if (!isWithin(channels, 1, CHANNELS))
    throw new Error(`sound of ${JSON.stringify(channels)} channels is not understood`)
  return { rate, channels }
}

/** Sound as engines hear it: its first channel, 16 kHz. Throws an `Error` for more than two seconds at once. */
export function heardSamples(bytes: Buffer, { rate, channels }: WyomingFormat): Int16Array {
  if (bytes.length > MOST_BYTES) throw new Error('sound of more than 200,000 bytes at once is not understood')
  const all = pcmSamples(bytes)
  const samples =
    channels === 1
      ? all
      : Int16Array.from({ length: Math.floor(all.length / channels) }, (_, n) => all[n * channels] ?? 0)
  return rate === RATE ? samples : resample({ rate, samples }, RATE).samples
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most
}
