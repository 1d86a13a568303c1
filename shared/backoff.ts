import type { Clock } from './clock.ts'
import { wait } from './clock.ts'

export interface BackoffOptions {
  /** First delay in milliseconds. */
  firstMs: number
  /** Cap in milliseconds, before jitter. */
  capMs: number
  /** A number in [0, 1); `Math.random` unless a test hands in another. */
  random?: () => number
}

/** The delay after `failures` failures before the last one, for whoever keeps the count elsewhere. See `Backoff`. */
export function backoffMs(failures: number, { firstMs, capMs, random = Math.random }: BackoffOptions): number {
  const plain = Math.min(capMs, firstMs * 2 ** Math.min(failures, 30))
  return Math.round(plain * (0.5 + random()))
}

/**
 * How long to wait before trying again: doubling up to a cap, then jitter of 0.5 to 1.5 **after** the cap,
 * so that a house full of devices does not come back in step after a power cut.
 */
export class Backoff {
  #options: Required<BackoffOptions>
  #failures = 0

  constructor(options: BackoffOptions) {
    this.#options = { random: Math.random, ...options }
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures
  }

  /** Counts one failure and says how many milliseconds to wait now. */
  next(): number {
    const delay = backoffMs(this.#failures, this.#options)
    this.#failures += 1
    return delay
  }

  /** Call after a success that lasted: the next failure starts from the first delay again. */
  reset(): void {
    this.#failures = 0
  }

  /** Counts one failure and waits. Returns early, without error, when `signal` is aborted. */
  async wait(clock: Clock, signal?: AbortSignal): Promise<void> {
    await wait(clock, this.next(), signal)
  }
}
