import { z } from 'zod'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { GpioOutput, GpioPort } from './port.ts'

/** The light in the configuration file. */
export const statusLightSettings = z.strictObject({
  pin: z.int().min(0).max(255),
  active_low: z.boolean().default(false),
})

export type StatusLightSettings = z.infer<typeof statusLightSettings>

export type LightState = 'idle' | 'listening' | 'thinking' | 'speaking' | 'muted' | 'offline'

/**
 * What a person sees with one light: milliseconds on, off, on, off, … repeated. An empty pattern is dark, one without an
 * off part is steady. Told apart by rhythm alone: steady, quick, slow, two blinks, one blink.
 */
export const LIGHT_PATTERNS: Readonly<Record<LightState, readonly number[]>> = {
  idle: [],
  listening: [1_000],
  thinking: [150, 150],
  speaking: [600, 400],
  muted: [120, 180, 120, 2_580],
  offline: [120, 2_880],
}

export interface StatusLightOptions {
  port: GpioPort
  settings: StatusLightSettings
  clock: Clock
  log: Log
}

/** One light that shows what the speaker does. It never throws and never rejects: a dead light is only dark. */
export class StatusLight implements Service {
  readonly #options: StatusLightOptions
  #output: GpioOutput | null = null
  #state: LightState = 'idle'
  #cancel: Cancel = () => {}
  /** What the light should be; the latest wins while a slow backend is busy with an earlier one. */
  #wanted = false
  #following = false
  #followed: Promise<void> = Promise.resolve()
  #failed = false

  constructor(options: StatusLightOptions) {
    this.#options = options
  }

  get state(): LightState {
    return this.#state
  }

  async start(): Promise<void> {
    const { port, settings } = this.#options
    try {
      this.#output = await port.output(settings.pin, { activeLow: settings.active_low })
    } catch (error) {
      this.#complain(error)
      return
    }
    this.#play(0)
  }

  /** Shows a state until the next call. The same state again goes on with its rhythm. */
  show(state: LightState): void {
    if (state === this.#state) return
    this.#state = state
    if (this.#output) this.#play(0)
  }

  async stop(): Promise<void> {
    this.#cancel()
    const output = this.#output
    this.#output = null
    await this.#followed
    try {
      await output?.close()
    } catch (error) {
      this.#complain(error)
    }
  }

  #play(step: number): void {
    const pattern = LIGHT_PATTERNS[this.#state]
    this.#cancel()
    const ms = pattern[step % pattern.length]
    this.#switch(ms !== undefined && step % 2 === 0)
    if (ms !== undefined && pattern.length > 1) this.#cancel = this.#options.clock.after(ms, () => this.#play(step + 1))
  }

  #switch(on: boolean): void {
    this.#wanted = on
    if (this.#following) return
    this.#following = true
    this.#followed = this.#follow()
  }

  async #follow(): Promise<void> {
    let shown: boolean | null = null
    while (this.#output && shown !== this.#wanted) {
      shown = this.#wanted
      try {
        await this.#output.set(shown)
        this.#failed = false
      } catch (error) {
        this.#complain(error)
      }
    }
    this.#following = false
  }

  #complain(error: unknown): void {
    const { log, settings } = this.#options
    const hint = error instanceof LaresError ? error.hint : null
    const about = { pin: settings.pin, error: asError(error).message, hint }
    if (!this.#failed) log.warn(about, 'the status light does not work')
    this.#failed = true
  }
}
