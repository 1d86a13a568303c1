import { fileURLToPath } from 'node:url'
import type { Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Machine } from '../health/machine.ts'
import { PinClaims } from './claims.ts'
import { debounce } from './debounce.ts'
import type { GpioOutput, GpioPort, OutputOptions, WatchOptions } from './port.ts'
import { exportPin, findHeaderChip, pinFolder } from './sysfs.ts'

/** What is used of onoff's `Gpio`. Values are logical: 1 is active. */
export interface OnoffGpio {
  readSync(): 0 | 1
  write(value: 0 | 1): Promise<void>
  watch(callback: (error: Error | null | undefined, value: 0 | 1) => void): void
  direction(): string
  edge(): string
  activeLow(): boolean
  /** Stops watching, closes the file and gives the pin back to the kernel. */
  unexport(): void
}

export interface OnoffModule {
  Gpio: new (
    gpio: number,
    direction: 'in' | 'high' | 'low',
    edge: 'none' | 'both',
    options: { activeLow: boolean },
  ) => OnoffGpio
}

export interface OnoffPortOptions {
  machine: Machine
  /** The clock of debouncing. */
  clock: Clock
  log: Log
  /** Where the pins begin in the kernel's numbers. Default: found through the chip's label. */
  base?: number | undefined
  /** The label of the chip, on a board that is no Raspberry Pi. */
  chip?: string | undefined
  /** How to get onoff, which is an optional dependency because it is compiled on the device. */
  load?: () => Promise<OnoffModule>
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Pins through onoff and the kernel's old interface in /sys/class/gpio.
 * Rejects with a `LaresError` that says why it cannot be used here.
 */
export async function openOnoffPort(options: OnoffPortOptions): Promise<GpioPort> {
  const { machine, load = () => import('onoff') } = options
  const chip = await findHeaderChip(machine, options)
  let onoff: OnoffModule
  try {
    onoff = await load()
  } catch (cause) {
    throw new LaresError('missing_program', 'onoff is not installed or not built for this Node', {
      cause,
      hint: `Set [gpio] backend = "gpiod", or build it: sudo apt install build-essential, then npm install onoff in ${ROOT}.`,
    })
  }
  return new OnoffPort(onoff, chip, options)
}

class OnoffPort implements GpioPort {
  readonly backend = 'onoff'
  readonly base: number
  readonly reason = null
  readonly remedy = null
  readonly #onoff: OnoffModule
  readonly #lineCount: number
  readonly #options: OnoffPortOptions
  readonly #claims = new PinClaims()

  constructor(onoff: OnoffModule, chip: { base: number; lineCount: number }, options: OnoffPortOptions) {
    this.#onoff = onoff
    this.base = chip.base
    this.#lineCount = chip.lineCount
    this.#options = options
  }

  async watch(pin: number, options: WatchOptions, onChange: (active: boolean) => void): Promise<() => Promise<void>> {
    const { activeLow, pull, debounceMs } = options
    const { clock, log } = this.#options
    const gpio = await this.#open(pin, 'in', activeLow)
    if (pull !== undefined) await this.#pull(pin, pull)
    const contact = debounce({ clock, debounceMs, onChange })
    contact.feed(gpio.readSync() === 1)
    gpio.watch((error, value) => {
      if (error) log.warn({ pin, error: error.message }, 'a pin could not be read')
      else contact.feed(value === 1)
    })
    return this.#claims.hold(pin, async () => {
      contact.stop()
      gpio.unexport()
    })
  }

  async output(pin: number, { activeLow, rest = false }: OutputOptions): Promise<GpioOutput> {
    // The kernel takes `high` and `low` as voltages, whatever active_low says: this is at rest from the first moment.
    const gpio = await this.#open(pin, rest !== activeLow ? 'high' : 'low', activeLow)
    try {
      await gpio.write(rest ? 1 : 0)
    } catch (cause) {
      gpio.unexport()
      this.#claims.drop(pin)
      throw notOpened(pin, cause)
    }
    let open = true
    const close = this.#claims.hold(pin, async () => {
      open = false
      await gpio.write(rest ? 1 : 0)
      gpio.unexport()
    })
    return {
      set: async (on) => {
        if (open) await gpio.write(on ? 1 : 0)
      },
      close,
    }
  }

  async close(): Promise<void> {
    await this.#claims.releaseAll()
  }

  /**
   * Exports the pin and waits for its files before onoff sees it. Left alone, onoff's constructor blocks the whole
   * process with up to 10,000 opens while udev hands over the rights, and swallows every error of a pin that was exported
   * before; so what it set is read back here.
   */
  async #open(pin: number, direction: 'in' | 'high' | 'low', activeLow: boolean): Promise<OnoffGpio> {
    const { machine, log } = this.#options
    this.#claims.claim(pin, this.#lineCount)
    const number = this.base + pin
    try {
      const found = await exportPin(machine, pin, { number, edges: direction === 'in' })
      if (found === 'was exported') log.info({ pin }, 'took over a pin that was exported before, perhaps by ourselves')
      const gpio = new this.#onoff.Gpio(number, direction, direction === 'in' ? 'both' : 'none', { activeLow })
      const wrong = mismatch(gpio, direction, activeLow)
      if (wrong === null) return gpio
      gpio.unexport()
      throw new LaresError('device_busy', `GPIO${pin} refuses its ${wrong}`, {
        hint: `Another program or a dtoverlay uses it. Look at ${pinFolder(number)}, or choose another pin.`,
      })
    } catch (error) {
      this.#claims.drop(pin)
      if (error instanceof LaresError) throw error
      throw notOpened(pin, error)
    }
  }

  /** The old interface has no resistors; Raspberry Pi OS brings a program for them. */
  async #pull(pin: number, pull: 'up' | 'down' | 'off'): Promise<void> {
    const letter = { up: 'u', down: 'd', off: 'n' }[pull]
    try {
      await this.#options.machine.run(['pinctrl', 'set', String(pin), `p${letter}`], { timeoutMs: 3_000 })
    } catch (error) {
      const remedy = `Set [gpio] backend = "gpiod", which sets it by itself, or put gpio=${pin}=p${letter} into config.txt, which holds although this is said again.`
      this.#options.log.warn({ pin, error: asError(error).message, remedy }, `the pull-${pull} could not be set`)
    }
  }
}

function notOpened(pin: number, cause: unknown): LaresError {
  return new LaresError('device_missing', `GPIO${pin} could not be opened: ${asError(cause).message}`, { cause })
}

function mismatch(gpio: OnoffGpio, direction: 'in' | 'high' | 'low', activeLow: boolean): string | null {
  const isInput = gpio.direction() === 'in'
  if (isInput !== (direction === 'in')) return 'direction'
  if (gpio.activeLow() !== activeLow) return 'polarity'
  return isInput && gpio.edge() !== 'both' ? 'edge detection' : null
}
