import type { Clock } from '../../shared/clock.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Machine } from '../health/machine.ts'
import { chooseChip, noChip } from './chip-labels.ts'
import { PinClaims } from './claims.ts'
import { debounce } from './debounce.ts'
import { joinGpioGroup } from './gpio-group.ts'
import type { GpiodChip, GpiodVersion } from './gpiod-commands.ts'
import { parseChips, parseVersion } from './gpiod-commands.ts'
import { GpiodMonitor } from './gpiod-monitor.ts'
import { GpiodOutput } from './gpiod-output.ts'
import type { GpioOutput, GpioPort, OutputOptions, WatchOptions } from './port.ts'

export interface GpiodPortOptions {
  machine: Machine
  /** The clock of debouncing and of starting again. */
  clock: Clock
  log: Log
  /** The label of the chip, on a board that is no Raspberry Pi. */
  chip?: string | undefined
}

const TIMEOUT_MS = 5_000

/**
 * Pins through the programs of libgpiod, one child process for each pin in use.
 * Rejects with a `LaresError` that says why they cannot be used here.
 */
export async function openGpiodPort(options: GpiodPortOptions): Promise<GpioPort> {
  const { machine, chip: wanted } = options
  const run = (command: string[]) =>
    machine.run(command, { timeoutMs: TIMEOUT_MS }).catch((error: unknown) => {
      throw explained(error)
    })
  const printed = await run(['gpiodetect', '--version'])
  const version = parseVersion(printed)
  if (version === null)
    throw new LaresError('missing_program', `libgpiod is of an unknown version: ${printed.split('\n')[0]}`, {
      hint: `Only 1 and 2 are known here. ${INSTALL}`,
    })
  const chips = parseChips(await run(['gpiodetect']))
  const chip = chooseChip(chips, wanted)
  if (!chip) {
    const labels = chips.map(({ label }) => label)
    throw noChip(labels, wanted, 'among those that gpiodetect lists')
  }
  return new GpiodPort(version, chip, options)
}

const INSTALL = 'Install the one of this system: sudo apt install gpiod.'

/** What helps against a program that is not there, or that may open no chip. */
function explained(error: unknown): unknown {
  if (!(error instanceof LaresError)) return error
  const hint = error.code === 'missing_program' ? INSTALL : error.code === 'no_permission' ? joinGpioGroup() : null
  return hint === null ? error : new LaresError(error.code, error.message, { cause: error, hint })
}

class GpiodPort implements GpioPort {
  readonly backend = 'gpiod'
  readonly base = null
  readonly #version: GpiodVersion
  readonly #chip: GpiodChip
  readonly #options: GpiodPortOptions
  readonly #claims = new PinClaims()
  readonly #problems = new Map<number, Error>()

  constructor(version: GpiodVersion, chip: GpiodChip, options: GpiodPortOptions) {
    this.#version = version
    this.#chip = chip
    this.#options = options
  }

  get reason(): string | null {
    const [problem] = this.#problems
    return problem === undefined ? null : cutText(notWatched(...problem), 200)
  }

  get remedy(): string | null {
    const [problem] = this.#problems.values()
    return problem instanceof LaresError ? problem.hint : null
  }

  async watch(pin: number, options: WatchOptions, onChange: (active: boolean) => void): Promise<() => Promise<void>> {
    const { machine, clock, log } = this.#options
    this.#claims.claim(pin, this.#chip.lineCount)
    const contact = debounce({ clock, debounceMs: options.debounceMs, onChange })
    const monitor = new GpiodMonitor({
      machine,
      clock,
      version: this.#version,
      line: { chip: this.#chip.name, pin },
      input: options,
      onLevel: contact.feed,
      onProblem: (problem) => {
        if (problem === null && this.#problems.delete(pin)) log.info({ pin }, 'a pin is watched again')
        if (problem === null) return
        if (!this.#problems.has(pin)) log.warn({ pin }, notWatched(pin, problem))
        this.#problems.set(pin, problem)
      },
    })
    try {
      await monitor.start()
    } catch (error) {
      this.#claims.drop(pin)
      throw error
    }
    return this.#claims.hold(pin, async () => {
      contact.stop()
      this.#problems.delete(pin)
      await monitor.stop()
    })
  }

  async output(pin: number, options: OutputOptions): Promise<GpioOutput> {
    const { machine } = this.#options
    const { rest = false, confirmed = false } = options
    this.#claims.claim(pin, this.#chip.lineCount)
    const line = { chip: this.#chip.name, pin }
    const output = new GpiodOutput({ ...options, machine, version: this.#version, line, rest, confirmed })
    try {
      await output.set(rest)
    } catch (error) {
      this.#claims.drop(pin)
      throw error
    }
    const close = this.#claims.hold(pin, () => output.close())
    return { set: (on) => output.set(on), close }
  }

  async close(): Promise<void> {
    await this.#claims.releaseAll()
  }
}

function notWatched(pin: number, { message }: Error): string {
  return `GPIO${pin} is not watched: ${message}`
}
