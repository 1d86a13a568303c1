import type { Cancel, Clock } from '../../shared/clock.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import { buttonsIn, needsPins } from '../config/buttons.ts'
import type { EdgeConfig } from '../config/schema.ts'
import type { ButtonEvent, ButtonSettings } from '../gpio/button.ts'
import { Button } from '../gpio/button.ts'
import type { PinPort } from '../gpio/pin-port.ts'
import type { GpioPort } from '../gpio/port.ts'
import { SimulatedPort } from '../gpio/simulated-port.ts'
import type { LightState } from '../gpio/status-light.ts'
import { StatusLight } from '../gpio/status-light.ts'
import type { Outbox } from '../outbox/outbox.ts'

export interface PinsOptions {
  config: EdgeConfig['gpio']
  /** Closed by whoever made it. */
  port: PinPort
  clock: Clock
  log: Log
  outbox: Pick<Outbox, 'event'>
  onTalk: (event: ButtonEvent) => void
  onMute: (muted: boolean) => void
}

/** How long a simulated button is held down beyond what is debounced. */
const PRESS_MS = 100

/** The buttons, the mute switch and the light. Without GPIO each of them is dead, and the reason is told. */
export class Pins implements Service {
  #options: PinsOptions
  #buttons: Button[] = []
  #light: StatusLight | null = null
  #problems: { says: string; remedy: string | null }[] = []
  #shown: LightState = 'idle'
  #cancelIdentify: Cancel | null = null

  constructor(options: PinsOptions) {
    this.#options = options
  }

  /** Whether anything is configured that needs a pin. */
  get wanted(): boolean {
    return needsPins(this.#options.config)
  }

  async start(): Promise<void> {
    const { config, port: shared, clock, log } = this.#options
    // Without a button or a light no pin is touched, and a machine without GPIO has nothing to complain about.
    if (!this.wanted) return
    const port = await shared.open()
    for (const [name, settings] of buttonsIn(config)) await this.#startButton({ name, settings, port })
    if (config.status_led === undefined) return
    this.#light = new StatusLight({ port, settings: config.status_led, clock, log })
    await this.#light.start()
    this.#light.show(this.#shown)
  }

  async stop(): Promise<void> {
    this.#cancelIdentify?.()
    await this.#light?.stop()
    for (const button of this.#buttons) await button.stop()
  }

  /** As the heartbeat shows it. */
  health(): Heartbeat['gpio'] {
    const { backend, base, reason: problem } = this.#options.port.current
    const reason = [problem, ...this.#problems.map(({ says }) => says)].filter((text) => text !== null).join('; ')
    return { backend, base, reason: reason === '' ? null : cutText(reason, 200) }
  }

  /** How to mend what `health` names, each once; `null` where nothing is known of it. */
  get remedy(): string | null {
    const { remedy: ofPort } = this.#options.port.current
    const remedies = [ofPort, ...this.#problems.map(({ remedy }) => remedy)].filter((text) => text !== null)
    return remedies.length === 0 ? null : [...new Set(remedies)].join(' ')
  }

  show(state: LightState): void {
    this.#shown = state
    if (this.#cancelIdentify === null) this.#light?.show(state)
  }

  /** Blinks, so that somebody finds the device. Throws `device_missing` when it has no light. */
  identify(seconds: number): void {
    if (this.#light === null) throw new LaresError('device_missing', 'this device has no status light')
    this.#cancelIdentify?.()
    this.#light.show('thinking')
    this.#cancelIdentify = this.#options.clock.after(seconds * 1_000, () => {
      this.#cancelIdentify = null
      this.#light?.show(this.#shown)
    })
  }

  /**
   * Does what a finger would do to a simulated button: presses it for a moment, or turns a switch over. Throws `bad_params` where there
   * is none of this name, or where the pins are real.
   */
  press(name: string): void {
    const { config, port, clock } = this.#options
    const buttons = new Map(buttonsIn(config))
    const settings = buttons.get(name)
    if (!settings) {
      const names = [...buttons.keys()].join(', ')
      throw new LaresError('bad_params', `this device has no button ${name}`, {
        hint: names === '' ? 'Name one in [gpio] buttons.' : `It has ${names}.`,
      })
    }
    const simulated = port.current
    if (!(simulated instanceof SimulatedPort))
      throw new LaresError('bad_params', `${name} is a real button`, {
        hint: 'Press it with a finger. Only pins of [gpio] backend = "simulated" are pressed by a command.',
      })
    const { pin, active_low, contact, debounce_ms } = settings
    const active = !active_low
    if (contact === 'latching') {
      simulated.drive(pin, simulated.level(pin) !== true)
      return
    }
    simulated.drive(pin, active)
    clock.after(debounce_ms + PRESS_MS, () => simulated.drive(pin, !active))
  }

  async #startButton({
    name,
    settings,
    port,
  }: {
    name: string
    settings: ButtonSettings
    port: GpioPort
  }): Promise<void> {
    const { clock, log } = this.#options
    const button = new Button({
      port,
      settings,
      clock,
      onEvent: (event) => this.#take(name, event),
      onProblem: (error) => {
        const remedy = error instanceof LaresError ? error.hint : null
        this.#problems.push({ says: `${name}: ${error.message}`, remedy })
        log.warn({ button: name, error: error.message, hint: remedy }, 'a button cannot be used')
      },
    })
    this.#buttons.push(button)
    await button.start()
  }

  #take(name: string, event: ButtonEvent): void {
    const { outbox, onTalk, onMute } = this.#options
    if (name === 'mute' && event.state !== 'held') onMute(event.state === 'pressed')
    if (name === 'talk' && !event.found) onTalk(event)
    // The position a switch was found in is no event: nobody touched it.
    if (event.found) return
    // Not urgent: what was pressed while the hub was away is history when it comes back.
    outbox.event({
      type: `button_${event.state}`,
      severity: 'info',
      new_state: event.state,
      data: { button: name, pressed_ms: Math.round(event.pressedMs) },
    })
  }
}
