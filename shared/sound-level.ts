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

/** Measures PCM s16le mono that comes piece by piece. It keeps sums, no sound. */
export class LevelMeter {
  samples = 0
  #squares = 0
  #peak = 0
  #atLimit = 0

  /** Adds samples. An odd last byte is ignored. */
  add(pcm: Uint8Array): void {
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength)
    const count = pcm.length >> 1
    let squares = 0
    for (let index = 0; index < count; index++) {
      const sample = view.getInt16(index * 2, true)
      const size = Math.abs(sample)
      squares += sample * sample
      if (size > this.#peak) this.#peak = size
      if (size >= 32_767) this.#atLimit += 1
    }
    this.samples += count
    this.#squares += squares
  }

  /** Of all that was added; of nothing it is that of silence. */
  get level(): Level {
    return {
      rmsDb: toDb(Math.sqrt(this.#squares / Math.max(1, this.samples)) / FULL_SCALE),
      peakDb: toDb(this.#peak / FULL_SCALE),
      clipped: this.#atLimit >= CLIPPED_SAMPLES,
    }
  }
}

/** Level of PCM s16le mono. An odd last byte is ignored; no sample at all is silence. */
export function levelOf(pcm: Uint8Array): Level {
  const meter = new LevelMeter()
  meter.add(pcm)
  return meter.level
}

/** A ratio of amplitudes as decibels, never below silence. */
export function toDb(ratio: number): number {
  return ratio <= 0 ? SILENCE_DB : Math.max(SILENCE_DB, 20 * Math.log10(ratio))
}
