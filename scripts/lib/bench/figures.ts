import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inherited } from '../../../shared/environment.ts'
import { firstLine } from './child-line.ts'
import type { LoadOrder, LoadReport } from './load.ts'

export interface BenchOptions {
  /** Length of one measurement; a warm-up of a third of it, at least three seconds, comes before. */
  seconds: number
}

export const CONNECTIONS = 50
/** Until the compiler has seen enough of the code that runs. */
const WARM_UP_MS = 3_000

/** Runs one of the programs beside this file. */
export function runProgram(name: string, argument: unknown = {}, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const file = join(import.meta.dirname, `${name}.ts`)
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, JSON.stringify(argument)], {
    env: inherited(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** The load of a measurement, from a process of its own. */
export async function load(
  order: Omit<LoadOrder, 'warmUpMs' | 'measureMs'>,
  options: BenchOptions,
): Promise<LoadReport> {
  const warmUpMs = Math.max(WARM_UP_MS, (options.seconds * 1_000) / 3)
  const child = runProgram('load', { ...order, warmUpMs, measureMs: options.seconds * 1_000 })
  return firstLine<LoadReport>(child)
}

/** Fifty clients without credentials, for servers that ask for none. */
export function anonymousClients(): LoadOrder['clients'] {
  return Array.from({ length: CONNECTIONS }, (_, n) => ({
    id: `bench-${n}`,
    topic: `lares/bench-${n}-aaaaaa/readings`,
  }))
}

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lares-bench-')))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Resident memory of a process in MB of 10^6 bytes. */
export function residentMb(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round((Number(kilobytes) * 1024) / 1e5) / 10
}

/** Processor time of a process with all its threads so far, milliseconds; Linux counts it in hundredths of a second. */
export function processorMs(pid: number): number {
  // The name, in parentheses, may have spaces of its own.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Ends a child and waits until it has. */
export function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
