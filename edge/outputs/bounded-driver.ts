import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import { HANGS } from '../health/file-error.ts'
import type { OutputDriver } from './output-driver.ts'

/** A pin answers within milliseconds; a file of the kernel that hangs is given up after two seconds. */
const STEP_MS = 5_000

export interface BoundedDriverOptions {
  /** The output's key. */
  name: string
  open: () => Promise<OutputDriver>
  clock: Clock
}

/**
 * A driver that is opened when it is needed, anew after every failure, and never waited for longer than five seconds. While
 * something that was given up still hangs nothing else is begun: it would hang beside it.
 */
export class BoundedDriver {
  readonly #options: BoundedDriverOptions
  #driver: OutputDriver | null = null
  #hangs = false

  constructor(options: BoundedDriverOptions) {
    this.#options = options
  }

  /** Resolves when the board has the level. */
  async set(level: number): Promise<void> {
    if (this.#hangs) throw this.#busy('still hangs')
    // What opens after all is in its safe state; whoever comes next opens it anew.
    this.#driver ??= await this.#bounded(this.#options.open(), (driver) => driver.close())
    const driver = this.#driver
    try {
      await this.#bounded(driver.set(level), () => driver.close())
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Never rejects, and gives up as everything else. Safe to call twice. */
  async close(): Promise<void> {
    const driver = this.#driver
    this.#driver = null
    if (driver === null || this.#hangs) return
    try {
      await this.#bounded(driver.close())
    } catch {
      // Nobody uses it any more: that it does not let go is seen by whoever opens it next.
    }
  }

  /** `tidy` is for what comes after it was given up. */
  async #bounded<T>(work: Promise<T>, tidy: (result: T) => Promise<void> = async () => {}): Promise<T> {
    const late = Promise.withResolvers<never>()
    const cancel = this.#options.clock.after(STEP_MS, () => {
      this.#hangs = true
      void work
        .then(tidy)
        .catch(() => {}) // it was given up, and that was told
        .finally(() => {
          this.#hangs = false
        })
      late.reject(this.#busy(`did not answer within ${durationWords(STEP_MS)}`))
    })
    try {
      return await Promise.race([work, late.promise])
    } finally {
      cancel()
    }
  }

  #busy(what: string): LaresError {
    return new LaresError('device_busy', `the output ${this.#options.name} ${what}`, { hint: HANGS })
  }
}
