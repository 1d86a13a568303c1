import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { RunningProgram } from '../health/child-program.ts'
import { byLine, programFailure } from '../health/child-program.ts'
import type { Machine } from '../health/machine.ts'
import type { GpiodLine, GpiodVersion } from './gpiod-commands.ts'
import { getCommand, monitorCommand, parseEdge, parseLevel } from './gpiod-commands.ts'
import { lineHeld } from './gpiod-held.ts'
import type { WatchOptions } from './port.ts'

export interface GpiodMonitorOptions {
  machine: Machine
  clock: Clock
  version: GpiodVersion
  line: GpiodLine
  input: Pick<WatchOptions, 'activeLow' | 'pull'>
  onLevel: (active: boolean) => void
  /** What is wrong with this pin, `null` when it works again. */
  onProblem: (problem: Error | null) => void
}

/** A monitor that ran this long is well: the next failure is a new one. */
const WELL_AFTER_MS = 10_000
const READ_TIMEOUT_MS = 5_000

/**
 * One `gpiomon` around one pin, started again with growing patience when it ends. The level is asked for before each
 * start, because no edge is seen while it does not run; between the question and the start some milliseconds are blind.
 */
export class GpiodMonitor {
  readonly #options: GpiodMonitorOptions
  readonly #backoff = new Backoff({ firstMs: 500, capMs: 60_000 })
  #program: RunningProgram | null = null
  #cancel: Cancel = () => {}
  #stopped = false

  constructor(options: GpiodMonitorOptions) {
    this.#options = options
  }

  /** Rejects when the pin cannot be read. Resolves when edges are watched, as far as the program can say. */
  async start(): Promise<void> {
    const { machine, version, line, input, onLevel } = this.#options
    const level = parseLevel(await machine.run(getCommand(version, line, input), { timeoutMs: READ_TIMEOUT_MS }))
    if (level === null) throw new LaresError('bad_value', `gpioget printed no level for GPIO${line.pin}`)
    if (this.#stopped) return
    onLevel(level)

    const command = monitorCommand(version, line, input)
    const ready = Promise.withResolvers<void>()
    const take = byLine((text) => {
      ready.resolve()
      const edge = parseEdge(version, text)
      if (edge !== null && !this.#stopped) onLevel(edge)
    })
    const program = machine.start(command, { onOutput: take })
    this.#program = program
    const isReady = version === 1 ? lineHeld(machine, line) : ready.promise
    const refused = await Promise.race([isReady.then(() => null), program.ended])
    if (refused) throw programFailure(command, refused) ?? new Error('gpiomon ended by itself')
    this.#watchOver(program, command)
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#program?.stop()
  }

  #watchOver(program: RunningProgram, command: string[]): void {
    const { clock, onProblem } = this.#options
    this.#cancel = clock.after(WELL_AFTER_MS, () => {
      this.#backoff.reset()
      onProblem(null)
    })
    void program.ended.then((end) => {
      if (this.#stopped) return
      this.#again(programFailure(command, end) ?? new Error('gpiomon ended by itself'))
    })
  }

  #again(error: Error): void {
    const { clock, onProblem } = this.#options
    onProblem(error)
    this.#cancel()
    this.#cancel = clock.after(this.#backoff.next(), () => {
      this.start().catch((failure) => {
        if (!this.#stopped) this.#again(asError(failure))
      })
    })
  }
}
