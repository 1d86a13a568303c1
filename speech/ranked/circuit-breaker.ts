import type { Clock } from '../../shared/clock.ts'

/** So many failures in a row, and nobody waits for it any more. */
const FAILURES = 3
/** Then it is left alone for this long, and twice as long after each further failure. */
const REST = { firstMs: 30_000, capMs: 600_000 } as const

/** How an engine is. `resting`: it failed again and again, and is asked last. */
export interface EngineHealth {
  state: 'untried' | 'ok' | 'failing' | 'resting'
  /** Of its last failure, until it works again. */
  error: string | null
  /** How long its last answer took, milliseconds. */
  tookMs: number | null
  /** How often it worked and failed, since the hub began. */
  worked: number
  failed: number
}

/** Whether an engine is worth being asked. */
export class CircuitBreaker {
  #clock: Clock
  #failures = 0
  #restsUntil = 0
  #error: string | null = null
  #tookMs: number | null = null
  #worked = 0
  #failed = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get rests(): boolean {
    return this.#failures >= FAILURES && this.#clock.mono() < this.#restsUntil
  }

  worked(tookMs: number): void {
    this.#failures = 0
    this.#worked += 1
    this.#error = null
    this.#tookMs = Math.round(tookMs)
  }

  failed(error: Error): void {
    this.#failures += 1
    this.#failed += 1
    this.#error = error.message
    const rests = Math.min(REST.capMs, REST.firstMs * 2 ** Math.max(0, this.#failures - FAILURES))
    this.#restsUntil = this.#clock.mono() + rests
  }

  health(): EngineHealth {
    const state = this.rests
      ? 'resting'
      : this.#error !== null
        ? 'failing'
        : this.#tookMs === null
          ? 'untried'
          : ('ok' as const)
    return { state, error: this.#error, tookMs: this.#tookMs, worked: this.#worked, failed: this.#failed }
  }
}
