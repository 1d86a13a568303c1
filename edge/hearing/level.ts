/** Level of silence, decibels relative to full scale; what 20 ms of zeros are reported as. */
export const SILENCE_DB = -120

export interface Level {
  /** Root mean square, decibels relative to full scale (a full square wave is 0). */
  rmsDb: number
  /** Largest sample, decibels relative to full scale, at most 0. */
  peakDb: number
  /** Whether samples sit at full scale: the gain is too high. */
  clipped: boolean
}

/** One sample may touch full scale by chance; this many in one piece of sound are clipping. */
const CLIPPED_SAMPLES = 3
const FULL_SCALE = 32_768

/** Level of PCM s16le mono. An odd last byte is ignored; no sample at all is silence. */
export function levelOf(pcm: Buffer): Level {
  const samples = Math.floor(pcm.length / 2)
  let sum = 0
  let peak = 0
  let atLimit = 0
  for (let index = 0; index < samples; index++) {
    const sample = pcm.readInt16LE(index * 2)
    const size = Math.abs(sample)
    sum += sample * sample
    if (size > peak) peak = size
    if (size >= 32_767) atLimit += 1
  }
  return {
    rmsDb: toDb(Math.sqrt(sum / Math.max(1, samples)) / FULL_SCALE),
    peakDb: toDb(peak / FULL_SCALE),
    clipped: atLimit >= CLIPPED_SAMPLES,
  }
}

/** A ratio of amplitudes as decibels, never below silence. */
export function toDb(ratio: number): number {
  return ratio <= 0 ? SILENCE_DB : Math.max(SILENCE_DB, 20 * Math.log10(ratio))
}
