import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Service } from '../../shared/lifecycle.ts'

const LOOK_MS = 10_000
/** NTP slews small differences; what is larger than this was a step. */
const STEP_MS = 2_000

/** Notices when the wall clock was set: by NTP after a start in 1970, or by a person. */
export class ClockWatch implements Service {
  #clock: Clock
  #onStep: (byMs: number) => void
  #difference = 0
  #cancel: Cancel | null = null

  constructor(clock: Clock, onStep: (byMs: number) => void) {
    this.#clock = clock
    this.#onStep = onStep
  }

  start(): void {
    this.#difference = this.#clock.now() - this.#clock.mono()
    this.#cancel ??= this.#clock.every(LOOK_MS, () => this.#look())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #look(): void {
    const difference = this.#clock.now() - this.#clock.mono()
    const byMs = Math.round(difference - this.#difference)
    if (Math.abs(byMs) < STEP_MS) return
    this.#difference = difference
    this.#onStep(byMs)
  }
}
