import { AUDIO } from '../../shared/limits.ts'

const DEAD_MS = 5_000
const DEAD_SAMPLES = (AUDIO.rate * DEAD_MS) / 1_000

/**
 * Whether a microphone delivers bytes but no sound: every sample of the last five seconds was the same number.
 * Real converters have noise in their last bit; zeros for ever mean a switch on the microphone, a wrong input or
 * a driver that lost it.
 */
export class DeadMicrophone {
  #last: number | null = null
  #same = 0

  get dead(): boolean {
    return this.#same >= DEAD_SAMPLES
  }

  /** Takes whole blocks, so that samples are not cut. */
  push(pcm: Buffer): void {
    const length = pcm.length & ~1
    for (let at = 0; at < length; at += 2) {
      const sample = pcm.readInt16LE(at)
      this.#same = sample === this.#last ? this.#same + 1 : 1
      this.#last = sample
    }
  }

  reset(): void {
    this.#last = null
    this.#same = 0
  }
}
