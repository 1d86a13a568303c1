import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Mutation } from './mutation.ts'
import type { Report } from './verdict.ts'

/** Runs of Vitest at work, each the head of its own process group. */
const running = new Set<ChildProcess>()

/**
 * Runs the tests of some mutations in a working copy, in one run of Vitest, and nothing else of their files. Whatever takes
 * longer than `mostMs` is ended with all its processes. Returns the report, or why there is none.
 */
export async function runTests(
  folder: string,
  mutations: readonly Mutation[],
  mostMs: number,
): Promise<Report | string> {
  const reportFile = join(folder, '.cache/mutations.json')
  mkdirSync(join(folder, '.cache'), { recursive: true })
  rmSync(reportFile, { force: true })
  const names = [...new Set(mutations.map(({ test }) => test.name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))]
  const files = [...new Set(mutations.map(({ test }) => test.file))]
  const options = [
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    '--no-cache',
    '--testNamePattern',
    names.join('|'),
    // One that waits for what never comes fails by itself: that is no program that is broken.
    `--testTimeout=${Math.round(mostMs * 0.75)}`,
  ]
  const caches = `--fsModuleCachePath=${join(folder, '.cache/modules')}`
  const args = [join(folder, 'node_modules/vitest/vitest.mjs'), 'run', ...files, ...options, caches]
  const ended = await endOf(spawn(process.execPath, args, { cwd: folder, detached: true, stdio: 'ignore' }), mostMs)
  if (existsSync(reportFile)) return JSON.parse(readFileSync(reportFile, 'utf8')) as Report
  return ended
}

/** Ends every run that is at work. */
export function endAll(): void {
  for (const child of running) endGroup(child)
}

function endOf(child: ChildProcess, mostMs: number): Promise<string> {
  running.add(child)
  return new Promise((resolve) => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      endGroup(child)
    }, mostMs)
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      // What a test left behind must not meet the next one.
      endGroup(child)
      running.delete(child)
      resolve(
        late ? `its test took longer than ${mostMs / 1_000} s` : `Vitest ended with ${signal ?? code} and no report`,
      )
    })
  })
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended with all its processes.
  }
}
