import { pcmSamples } from '../sound/pcm-bytes.ts'
import { resample } from '../sound/resample.ts'

const RATE = 16_000
const RATES = { least: 8_000, most: 48_000 } as const
const CHANNELS = 8

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

/** Sound as engines hear it: its first channel, 16 kHz. */
export function heardSamples(bytes: Buffer, { rate, channels }: WyomingFormat): Int16Array {
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
