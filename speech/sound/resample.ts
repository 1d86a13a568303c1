import type { Sound } from './wav-sound.ts'

/** Zero crossings of the filter on each side: what is above the new half rate is 60 dB down. */
const CROSSINGS = 16

/** The same sound at another rate, through a windowed sinc filter, so that nothing folds down into speech. */
export function resample({ rate, samples }: Sound, to: number): Sound {
  if (rate === to) return { rate, samples }
  const ratio = to / rate
  const cutoff = Math.min(1, ratio)
  const reach = CROSSINGS / cutoff
  const length = Math.floor(samples.length * ratio)
  const resampled = new Int16Array(length)
  for (let n = 0; n < length; n += 1) {
    const centre = n / ratio
    let sum = 0
    for (let at = Math.max(0, Math.ceil(centre - reach)); at <= Math.min(samples.length - 1, centre + reach); at += 1) {
      const away = at - centre
      sum += (samples[at] ?? 0) * sinc(away * cutoff) * window(away / reach) * cutoff
    }
    resampled[n] = Math.max(-32_768, Math.min(32_767, Math.round(sum)))
  }
  return { rate: to, samples: resampled }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

/** Hann's, over -1 to 1. */
function window(x: number): number {
  return 0.5 + 0.5 * Math.cos(Math.PI * x)
}
