import { access, constants, readdir, readFile, statfs, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { systemClock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { RunningProgram } from './program.ts'
import { programFailure, startProgram } from './program.ts'

/** What a file system holds. `files` is 0 where it has no fixed number of inodes (btrfs). */
export interface Space {
  bytes: number
  /** Free for everybody, without what is reserved for root. */
  availableBytes: number
  freeBytes: number
  files: number
  freeFiles: number
}

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
 * and a folder with fake programs. File errors are Node's own (`ENOENT`, `EACCES`, …).
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
}

export interface SystemMachineOptions {
  clock?: Clock
  /** Put before every path. Default: none. */
  root?: string
  /** Where programs are looked for, as in `$PATH`. Default: the process's own. */
  programs?: string
  /** Replaces the addresses of this machine. */
  addresses?: Readonly<Record<string, string>>
}

const OUTPUT_BYTES = 64 * 1024

export function systemMachine(options: SystemMachineOptions = {}): Machine {
  const { clock = systemClock, root = '' } = options
  const at = (path: string) => (root === '' ? path : join(root, path))
  const env = { ...process.env, LC_ALL: 'C', PATH: options.programs ?? process.env.PATH ?? '/usr/bin:/bin' }
  const start = (command: readonly string[], { onOutput }: StartOptions) =>
    startProgram(command, { env, clock, onOutput: onOutput ?? (() => {}) })

  return {
    clock,
    readText: (path) => readFile(at(path), 'utf8'),
    writeText: (path, text) => writeFile(at(path), text),
    canWrite: (path) =>
      access(at(path), constants.W_OK).then(
        () => true,
        () => false,
      ),
    list: async (path) => (await readdir(at(path))).sort(),
    async space(path) {
      const found = await statfs(at(path))
      return {
        bytes: found.blocks * found.bsize,
        availableBytes: found.bavail * found.bsize,
        freeBytes: found.bfree * found.bsize,
        files: found.files,
        freeFiles: found.ffree,
      }
    },
    address(networkInterface) {
      if (options.addresses) return options.addresses[networkInterface] ?? null
      const all = networkInterfaces()[networkInterface] ?? []
      return (all.find((one) => one.family === 'IPv4') ?? all[0])?.address ?? null
    },
    start,
    async run(command, { timeoutMs, signal }) {
      signal?.throwIfAborted()
      let output = ''
      let fault: LaresError | null = null
      const program = start(command, {
        onOutput(text) {
          output += text
          if (output.length > OUTPUT_BYTES) giveUp('too_large', `printed more than ${OUTPUT_BYTES} bytes`)
        },
      })
      const giveUp = (code: 'too_large' | 'device_busy', what: string) => {
        fault ??= new LaresError(code, `${command[0]} ${what}`, {
          hint: 'Run the command by hand, as the same user, to see what it does.',
        })
        program.kill()
      }
      const cancelTimeout = clock.after(timeoutMs, () => giveUp('device_busy', `did not end within ${timeoutMs} ms`))
      const abort = () => giveUp('device_busy', 'was abandoned')
      signal?.addEventListener('abort', abort, { once: true })
      const end = await program.ended
      cancelTimeout()
      signal?.removeEventListener('abort', abort)
      if (fault) throw fault
      const failure = programFailure(command, end)
      if (failure) throw failure
      return output
    },
  }
}
