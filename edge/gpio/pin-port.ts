import type { Service } from '../../shared/lifecycle.ts'
import { nonePort } from './none-port.ts'
import type { GpioDependencies, GpioSettings } from './open-port.ts'
import { openGpio } from './open-port.ts'
import type { GpioPort } from './port.ts'

export interface PinPortOptions extends GpioDependencies {
  settings: GpioSettings
}

/**
 * The one port of an agent, opened when somebody needs a pin: buttons, light and outputs share it, so that none of them takes
 * a pin of another. A port without pins is opened anew by whoever asks later; udev may have been late.
 */
export class PinPort implements Service {
  readonly #options: PinPortOptions
  #port: GpioPort = nonePort(null)
  #opening: Promise<GpioPort> | null = null

  constructor(options: PinPortOptions) {
    this.#options = options
  }

  /** As far as it is open. */
  get current(): GpioPort {
    return this.#port
  }

  /** What the configuration asks for. */
  get wanted(): GpioSettings['backend'] {
    return this.#options.settings.backend
  }

  /** Never rejects: what cannot be had is a port without pins that says why. */
  open(): Promise<GpioPort> {
    if (this.#port.backend !== 'none') return Promise.resolve(this.#port)
    this.#opening ??= openGpio(this.#options.settings, this.#options)
      .then((port) => {
        this.#port = port
        return port
      })
      .finally(() => {
        this.#opening = null
      })
    return this.#opening
  }

  start(): void {}

  async stop(): Promise<void> {
    await this.#port.close()
  }
}
