import type { Clock } from '../../shared/clock.ts'

const SPAN_MS = 10_000

/** Bytes per second over the last ten seconds. */
export class ByteRate {
  #clock: Clock
  #arrivals: { at: number; bytes: number }[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(bytes: number): void {
    const at = this.#clock.mono()
    this.#arrivals.push({ at, bytes })
    // rarely, so that not every arrival copies the list
    if (at - (this.#arrivals[0]?.at ?? at) > 2 * SPAN_MS) this.#arrivals = this.#recent()
  }

  /** `null` before a second has passed, and after ten without a byte. */
  perSecond(): number | null {
    const [first, ...others] = this.#recent()
    const spanMs = first ? this.#clock.mono() - first.at : 0
    if (spanMs < 1_000) return null
    // the first arrival only marks the beginning: its bytes were gathered before
    return Math.round((others.reduce((sum, { bytes }) => sum + bytes, 0) / spanMs) * 1_000)
  }

  reset(): void {
    this.#arrivals = []
  }

  #recent(): { at: number; bytes: number }[] {
    const now = this.#clock.mono()
    return this.#arrivals.filter(({ at }) => now - at <= SPAN_MS)
  }
}
