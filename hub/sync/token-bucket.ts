import { type Clock, wait } from '../../shared/clock.ts'

/** Lets so many bytes a second through, and up to one second's worth at once. */
export class TokenBucket {
  #clock: Clock
  #rate: number | null
  #tokens: number
  #at: number

  /** `rate` in bytes a second; `null` lets everything through. */
  constructor(clock: Clock, rate: number | null) {
    this.#clock = clock
    this.#rate = rate
    this.#tokens = rate ?? 0
    this.#at = clock.mono()
  }

  /** Resolves when the bytes may go. More than a second's worth goes when the bucket is full, and is paid off afterwards. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    const rate = this.#rate
    if (rate === null) return
    this.#fill(rate)
    const missing = Math.min(bytes, rate) - this.#tokens
    if (missing > 0) await wait(this.#clock, Math.ceil((missing / rate) * 1000), signal)
    this.pay(bytes)
  }

  /** Takes what has gone already, without waiting. */
  pay(bytes: number): void {
    if (this.#rate === null) return
    this.#fill(this.#rate)
    this.#tokens -= bytes
  }

  /** Whether all is paid. */
  get isPaid(): boolean {
    if (this.#rate === null) return true
    this.#fill(this.#rate)
    return this.#tokens >= 0
  }

  #fill(rate: number): void {
    const now = this.#clock.mono()
    this.#tokens = Math.min(rate, this.#tokens + ((now - this.#at) / 1000) * rate)
    this.#at = now
  }
}
