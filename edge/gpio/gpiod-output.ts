import { LaresError } from '../../shared/errors.ts'
import type { ProgramEnd, RunningProgram } from '../health/child-program.ts'
import { programFailure } from '../health/child-program.ts'
import type { Machine } from '../health/machine.ts'
import type { GpiodLine, GpiodVersion } from './gpiod-commands.ts'
import { setCommand } from './gpiod-commands.ts'
import { isLineUsed, lineHeld } from './gpiod-held.ts'
import type { GpioOutput } from './port.ts'

export interface GpiodOutputOptions {
  machine: Machine
  version: GpiodVersion
  line: GpiodLine
  activeLow: boolean
  /** The level it is let go with. */
  rest: boolean
  /** Whether each level is to be there when `set` resolves, also where that costs a second program. */
  confirmed: boolean
  /** Told when `gpioset` ended while it held the level, without our doing. */
  onLost?: (fault: Error) => void
}

/**
 * The kernel ends what holds a line when the agent dies, however it dies: without that, a `gpioset` left behind would hold a
 * relay on for ever, and its line from the next agent. prctl(2), PR_SET_PDEATHSIG; setpriv is a part of util-linux.
 */
const WITH_THE_AGENT = ['/usr/bin/setpriv', '--pdeathsig', 'KILL'] as const

/**
 * One `gpioset` that holds the level. A change is a new program after the old one let go, a few milliseconds apart, which
 * an eye does not see on a light. Changes are made one after the other.
 */
export class GpiodOutput implements GpioOutput {
  readonly #options: GpiodOutputOptions
  #program: RunningProgram | null = null
  #on: boolean | null = null
  #closed = false
  #known = false
  #queue: Promise<void> = Promise.resolve()

  constructor(options: GpiodOutputOptions) {
    this.#options = options
  }

  set(on: boolean): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#closed) await this.#hold(on)
    })
  }

  close(): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#closed) return
      this.#closed = true
      try {
        await this.#hold(this.#options.rest)
      } finally {
        await this.#letGo()
      }
    })
  }

  async #hold(on: boolean): Promise<void> {
    if (on === this.#on) return
    await this.#letGo()
    const { machine, version, line, activeLow, onLost } = this.#options
    const blind = version === 1
    if (blind && !this.#known && (await isLineUsed(machine, line)))
      throw new LaresError('device_busy', `GPIO${line.pin} is used by another program`)
    const command = setCommand(version, line, { activeLow, on })
    const ready = Promise.withResolvers<void>()
    const program = machine.start([...WITH_THE_AGENT, ...command], { onOutput: () => ready.resolve() })
    this.#program = program
    const ended = program.ended.then((end) => {
      if (this.#program !== program) return end
      // Ended from outside: the level is gone, so the next call must set it again even if it asks for the same.
      const held = this.#on !== null
      this.#on = null
      if (held) onLost?.(failureOf(command, end))
      return end
    })
    const end = await Promise.race([ended, blind ? this.#startedBlind() : ready.promise])
    if (end) throw failureOf(command, end)
    this.#on = on
  }

  /** Ends what holds the line; that it ends is no loss. */
  async #letGo(): Promise<void> {
    const program = this.#program
    this.#program = null
    this.#on = null
    await program?.stop()
  }

  /**
   * The first generation says nothing when it holds the line. The first time the kernel is asked, so that a line that is
   * taken is an error. What must be sure is asked for each time; a light follows a few milliseconds behind, which spares a
   * second program for every blink.
   */
  async #startedBlind(): Promise<void> {
    const { machine, line, confirmed } = this.#options
    if (confirmed || !this.#known) {
      const held = await lineHeld(machine, line)
      if (confirmed && !held)
        throw new LaresError('device_busy', `gpioset did not take GPIO${line.pin} within half a second`)
    }
    this.#known = true
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => {
      // Its own caller hears of it; the next change must be tried all the same.
    })
    return done
  }
}

function failureOf(command: string[], end: ProgramEnd): Error {
  const started = end.problem === null ? command : WITH_THE_AGENT
  return programFailure(started, end) ?? new Error('gpioset did not hold the line')
}
