import type { Clock } from '../../shared/clock.ts'
import { PinClaims } from './claims.ts'
import type { Debounced } from './debounce.ts'
import { debounce } from './debounce.ts'
import type { GpioOutput, GpioPort, OutputOptions, WatchOptions } from './port.ts'

const LINES = 54

/** Pins that exist only here, for tests and for a desk without a Pi. Levels are electrical: high is `true`. */
export class SimulatedPort implements GpioPort {
  readonly backend = 'simulated'
  readonly base = null
  readonly reason = null
  readonly remedy = null
  readonly #clock: Clock
  readonly #claims = new PinClaims()
  readonly #levels = new Map<number, boolean>()
  readonly #inputs = new Map<number, { contact: Debounced; activeLow: boolean }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Does what a wire would do: puts a voltage on an input. */
  drive(pin: number, high: boolean): void {
    this.#levels.set(pin, high)
    const input = this.#inputs.get(pin)
    input?.contact.feed(high !== input.activeLow)
  }

  /** The voltage on a pin, `null` when nothing ever set it. */
  level(pin: number): boolean | null {
    return this.#levels.get(pin) ?? null
  }

  async watch(pin: number, options: WatchOptions, onChange: (active: boolean) => void): Promise<() => Promise<void>> {
    const { activeLow, pull, debounceMs } = options
    this.#claims.claim(pin, LINES)
    const contact = debounce({ clock: this.#clock, debounceMs, onChange })
    this.#inputs.set(pin, { contact, activeLow })
    this.drive(pin, this.level(pin) ?? pull === 'up')
    return this.#claims.hold(pin, async () => {
      contact.stop()
      this.#inputs.delete(pin)
    })
  }

  async output(pin: number, { activeLow, rest = false }: OutputOptions): Promise<GpioOutput> {
    this.#claims.claim(pin, LINES)
    this.#levels.set(pin, rest !== activeLow)
    let open = true
    const close = this.#claims.hold(pin, async () => {
      open = false
      this.#levels.set(pin, rest !== activeLow)
    })
    return {
      set: async (on) => {
        if (open) this.#levels.set(pin, on !== activeLow)
      },
      close,
    }
  }

  async close(): Promise<void> {
    await this.#claims.releaseAll()
  }
}
