import { LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { RunningProgram } from './child-program.ts'
import { fileError, HANGS } from './file-error.ts'
import type { Machine } from './machine.ts'

export interface DeviceReaderOptions {
  /** How long one file may take. */
  timeoutMs: number
}

const OUTPUT_BYTES = 64 * 1024
/** What SIGKILL does not end within this is held by the kernel. */
const KILLED_MS = 1_000

/**
 * Reads files of drivers that may hang: a bus, a chip on a loose cable. Each is read by a program of its own, because a
 * thread that waits for the kernel cannot be ended: four of them would be all that Node has for files and names.
 *
 * A program that is late is killed, and its file alone is to blame. One that cannot even be killed sits within the
 * kernel and keeps the bus: until it ends, every file of this reader is refused by its name, and none is tried.
 */
export class DeviceReader {
  readonly #bus: string
  readonly #machine: Machine
  readonly #timeoutMs: number
  #stuck: { path: string; ended: Promise<unknown> } | null = null

  /** `bus` is how a person knows it: `the 1-Wire bus`. */
  constructor(bus: string, machine: Machine, { timeoutMs }: DeviceReaderOptions) {
    this.#bus = bus
    this.#machine = machine
    this.#timeoutMs = timeoutMs
  }

  /** The file that the kernel keeps being read although it was given up, or `null`. No other can be read meanwhile. */
  get stuckAt(): string | null {
    return this.#stuck?.path ?? null
  }

  /**
   * The whole file as UTF-8, at most 64 KiB. Rejects with the error of the file (`ENOENT`, `EIO`, …), with `too_large`, and
   * with `device_busy` when it is late, when the bus is stuck, and when `signal` aborts.
   */
  async readText(path: string, signal: AbortSignal): Promise<string> {
    if (this.#stuck !== null) await this.#untilFree(this.#stuck)
    signal.throwIfAborted()
    const given = Promise.withResolvers<never>()
    let output = ''
    const program = this.#machine.startReading(path, {
      onOutput: (text) => {
        output += text
        if (output.length > OUTPUT_BYTES)
          given.reject(new LaresError('too_large', `${path} holds more than ${OUTPUT_BYTES} bytes`))
      },
    })
    const cancel = this.#machine.clock.after(this.#timeoutMs, () => given.reject(this.#late(path)))
    const abort = () => given.reject(new LaresError('device_busy', `reading ${path} was given up`))
    signal.addEventListener('abort', abort, { once: true })
    try {
      const end = await Promise.race([program.ended, given.promise])
      if (end.code !== 0) throw fileError(path, end, { program: 'cat', done: 'read' })
      return output
    } catch (error) {
      this.#letGo(path, program)
      throw error
    } finally {
      cancel()
      signal.removeEventListener('abort', abort)
    }
  }

  /** Stuck until the program has really ended, which SIGKILL brings about unless the kernel holds it. */
  #letGo(path: string, program: RunningProgram): void {
    const stuck = { path, ended: program.ended }
    this.#stuck = stuck
    program.kill()
    void program.ended.then(() => {
      if (this.#stuck === stuck) this.#stuck = null
    })
  }

  /** A program that was killed a moment ago is about to end. */
  async #untilFree(stuck: { ended: Promise<unknown> }): Promise<void> {
    const over = Promise.withResolvers<void>()
    const cancel = this.#machine.clock.after(KILLED_MS, over.resolve)
    await Promise.race([stuck.ended, over.promise])
    cancel()
    if (this.#stuck !== null) throw this.#hangs(this.#stuck.path)
  }

  #late(path: string): LaresError {
    return new LaresError('device_busy', `${path} did not answer within ${durationWords(this.#timeoutMs)}`, {
      hint: HANGS,
    })
  }

  #hangs(path: string): LaresError {
    return new LaresError('device_busy', `${this.#bus} hangs since ${path} was read`, { hint: HANGS })
  }
}
