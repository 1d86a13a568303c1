import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { systemClock } from '../../shared/clock.ts'
import { inherited, variable } from '../../shared/environment.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { silentLog } from '../../shared/log.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { RunningProgram } from './child-program.ts'
import { programFailure, startProgram } from './child-program.ts'
import { KernelFiles } from './kernel-files.ts'
import type { Space } from './space.ts'
import { parseSpace, spaceCommand } from './space.ts'

export interface RunOptions {
  timeoutMs: number
  signal?: AbortSignal
}

export interface StartOptions {
  /** Text as it arrives on standard output, cut anywhere. */
  onOutput?: (text: string) => void
}

/**
 * Everything the agent asks of the operating system, so that a test can hand in a folder with a fake `/proc` and `/sys`
 * and a folder with fake programs. File errors are Node's own (`ENOENT`, `EACCES`, …); a file that does not answer within
 * three seconds is `device_busy`.
 */
export interface Machine {
  /** The clock of its timeouts, and of sources that need one. */
  readonly clock: Clock
  /** The whole file as UTF-8. */
  readText(path: string): Promise<string>
  /** Overwrites a file of the kernel. Never for files of ours: it is not atomic. */
  writeText(path: string, text: string): Promise<void>
  /** Whether this process may write the file now. */
  canWrite(path: string): Promise<boolean>
  /** Names in a folder, sorted. */
  list(path: string): Promise<string[]>
  space(path: string): Promise<Space>
  /** The first address of a network interface, IPv4 before IPv6. `null` when it has none. */
  address(networkInterface: string): string | null
  /**
   * Runs a program without a shell and returns its standard output, at most 64 KiB. Rejects with a `LaresError`:
   * `missing_program`, `device_busy` after the timeout, `too_large`; for an exit code other than 0 `device_busy`,
   * `no_permission` or `device_missing`, by the last line of its standard error, which is in the message.
   */
  run(command: readonly string[], options: RunOptions): Promise<string>
  /** Starts a program that runs until it is stopped. */
  start(command: readonly string[], options: StartOptions): RunningProgram
  /** Starts a program (`cat`) that writes a file out. For files that may hang: it holds none of this process's threads. */
  startReading(path: string, options: StartOptions): RunningProgram
}

export interface SystemMachineOptions {
  clock?: Clock
  /** Where files that do not answer are named. Default: nowhere. */
  log?: Log
  /** Put before every path. Default: none. */
  root?: string
  /** Where programs are looked for, as in `$PATH`. Default: the process's own. */
  programs?: string
  /** Replaces the addresses of this machine. */
  addresses?: Readonly<Record<string, string>>
}

const OUTPUT_BYTES = 64 * 1024
/** A local disk answers in microseconds. */
const SPACE_MS = 10_000

export function systemMachine(options: SystemMachineOptions = {}): Machine {
  const { clock = systemClock, root = '', log = silentLog } = options
  const at = (path: string) => (root === '' ? path : join(root, path))
  const env = inherited({ LC_ALL: 'C', PATH: options.programs ?? variable('PATH') ?? '/usr/bin:/bin' })
  const start = (command: readonly string[], { onOutput }: StartOptions) =>
    startProgram(command, { env, clock, onOutput: onOutput ?? (() => {}) })
  const files = new KernelFiles({ clock, at, log, start: (command, onOutput) => start(command, { onOutput }) })

  const run = async (command: readonly string[], { timeoutMs, signal }: RunOptions): Promise<string> => {
    signal?.throwIfAborted()
    let output = ''
    const given = Promise.withResolvers<never>()
    const giveUp = (code: 'too_large' | 'device_busy', what: string) =>
      given.reject(
        new LaresError(code, `${command[0]} ${what}`, {
          hint: 'Run the command by hand, as the same user, to see what it does.',
        }),
      )
    const program = start(command, {
      onOutput(text) {
        output += text
        if (output.length > OUTPUT_BYTES) giveUp('too_large', `printed more than ${OUTPUT_BYTES} bytes`)
      },
    })
    const cancelTimeout = clock.after(timeoutMs, () =>
      giveUp('device_busy', `did not end within ${durationWords(timeoutMs)}`),
    )
    const abort = () => giveUp('device_busy', 'was abandoned')
    signal?.addEventListener('abort', abort, { once: true })
    try {
      const failure = programFailure(command, await Promise.race([program.ended, given.promise]))
      if (failure) throw failure
      return output
    } catch (error) {
      // Not waited for: a program that the kernel holds does not end.
      program.kill()
      throw error
    } finally {
      cancelTimeout()
      signal?.removeEventListener('abort', abort)
    }
  }

  return {
    clock,
    readText: (path) => files.readText(path),
    writeText: (path, text) => files.writeText(path, text),
    canWrite: (path) => files.canWrite(path),
    list: (path) => files.list(path),
    space: async (path) => parseSpace(await run(spaceCommand(at(path)), { timeoutMs: SPACE_MS })),
    address(networkInterface) {
      if (options.addresses) return options.addresses[networkInterface] ?? null
      const all = networkInterfaces()[networkInterface] ?? []
      return (all.find((one) => one.family === 'IPv4') ?? all[0])?.address ?? null
    },
    start,
    // By its path: what reads a device does not depend on where a test or a service looks for programs.
    startReading: (path, options) => start(['/bin/cat', '--', at(path)], options),
    run,
  }
}
