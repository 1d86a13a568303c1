/** Of this are the pieces that are judged, and the margin that is left of silence, in seconds. */
const PIECE_S = 0.02
const MARGIN_S = 0.1
/** What is this much below the loudest piece is silence. */
const BELOW_DB = 32

/**
 * A sentence without the silence before and behind it: half a second of it takes a model from half of all single words right to a
 * quarter. Nothing of a sound that is as loud everywhere is taken.
 */
export function trimSilence(samples: Int16Array, rate: number): Int16Array {
  const piece = Math.round(rate * PIECE_S)
  const levels: number[] = []
  for (let at = 0; at < samples.length; at += piece) levels.push(level(samples.subarray(at, at + piece)))
  const least = Math.max(...levels) / 10 ** (BELOW_DB / 20)
  const first = levels.findIndex((one) => one > least)
  if (first < 0) return samples
  const last = levels.findLastIndex((one) => one > least)
  const margin = Math.round(rate * MARGIN_S)
  return samples.subarray(Math.max(0, first * piece - margin), Math.min(samples.length, (last + 1) * piece + margin))
}

/** Root of the mean square. */
function level(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt(sum / Math.max(1, samples.length))
}
