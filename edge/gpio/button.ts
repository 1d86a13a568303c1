import { z } from 'zod'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { GpioPort } from './port.ts'

/** A button or switch in the configuration file. */
export const buttonSettings = z.strictObject({
  pin: z.int().min(0).max(255),
  /** A button to ground with the built-in resistor needs nothing else. */
  active_low: z.boolean().default(true),
  pull: z.enum(['up', 'down', 'off']).default('up'),
  debounce_ms: z.int().min(0).max(1_000).default(30),
  /** `momentary` springs back, `latching` stays where it was put. */
  contact: z.enum(['momentary', 'latching']).default('momentary'),
  /** A momentary button pressed this long is held. */
  held_ms: z.int().min(100).max(60_000).default(1_000),
})

export type ButtonSettings = z.infer<typeof buttonSettings>

export interface ButtonEvent {
  state: 'pressed' | 'held' | 'released'
  /** How long it has been pressed, milliseconds. 0 for `pressed`. */
  pressedMs: number
  /** Whether this is the position a latching switch was found in, not a change. */
  found: boolean
}

export interface ButtonOptions {
  port: GpioPort
  settings: ButtonSettings
  clock: Clock
  onEvent: (event: ButtonEvent) => void
  /** The pin cannot be used. The button is then dead, and nothing else. */
  onProblem: (error: Error) => void
}

/**
 * A button for talking or muting. A momentary one says pressed, held and released; a latching one says pressed (on) and
 * released (off), and its position at the start, because a microphone switched off must be off after a power cut.
 * A momentary button that is found pressed says nothing until it was let go: it may be stuck.
 */
export class Button implements Service {
  readonly #options: ButtonOptions
  #release: (() => Promise<void>) | null = null
  #cancelHeld: Cancel = () => {}
  #pressedAt: number | null = null
  #found = false

  constructor(options: ButtonOptions) {
    this.#options = options
  }

  /** Whether it is pressed, or switched on, as far as was told. */
  get pressed(): boolean {
    return this.#pressedAt !== null
  }

  /** Never rejects: see `onProblem`. */
  async start(): Promise<void> {
    const { port, settings, onProblem } = this.#options
    const { pin, pull, active_low: activeLow, debounce_ms: debounceMs } = settings
    try {
      this.#release = await port.watch(pin, { activeLow, pull, debounceMs }, (active) => this.#take(active))
    } catch (error) {
      onProblem(asError(error))
    }
  }

  async stop(): Promise<void> {
    this.#cancelHeld()
    const release = this.#release
    this.#release = null
    await release?.()
  }

  #take(active: boolean): void {
    const { settings, clock } = this.#options
    const found = !this.#found
    this.#found = true
    const latching = settings.contact === 'latching'
    if (found && !latching) return
    if (active) {
      if (this.pressed) return
      this.#pressedAt = clock.mono()
      if (!latching) this.#cancelHeld = clock.after(settings.held_ms, () => this.#tell('held', false))
      this.#tell('pressed', found)
      return
    }
    if (!this.pressed && !found) return
    this.#cancelHeld()
    this.#tell('released', found)
    this.#pressedAt = null
  }

  #tell(state: ButtonEvent['state'], found: boolean): void {
    const { clock, onEvent } = this.#options
    onEvent({ state, pressedMs: this.#pressedAt === null ? 0 : clock.mono() - this.#pressedAt, found })
  }
}
