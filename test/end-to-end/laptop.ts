import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { within } from '../faults/lib/fleet.ts'
import { ROOT } from '../source-tree.ts'

/** A machine of its own: no data folder, a home elsewhere. */
export const laptop = mkdtempSync(join(tmpdir(), 'lares-laptop-'))
const env = {
  ...process.env,
  ...{ HOME: laptop, XDG_CONFIG_HOME: '', XDG_CACHE_HOME: '', LARES_DATA: '', LARES_HUB: '', NO_COLOR: '1' },
}

export interface Said {
  code: number | null
  out: string
  err: string
}

export function start(words: string[], more: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  const program = ['--disable-warning=ExperimentalWarning', join(ROOT, 'cli/main.ts')]
  return spawn(process.execPath, [...program, ...words], { cwd: laptop, env: { ...env, ...more } })
}

export function lares(words: string[], input = '', more: NodeJS.ProcessEnv = {}): Promise<Said> {
  return new Promise((resolve) => {
    const child = start(words, more)
    const said: Said = { code: null, out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      said.out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said.err += chunk.toString()
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.once('close', (code) => resolve({ ...said, code }))
  })
}

export async function json<T>(words: string[], input = ''): Promise<T> {
  const { code, out, err } = await lares([...words, '--json'], input)
  expect([words, code, err]).toEqual([words, 0, ''])
  return JSON.parse(out) as T
}

/** Runs `lares …` on a terminal of its own, and types each text when what it waits for has been shown. */
export function onTerminal(
  words: string[],
  typed: [waitsFor: string, keys: string][],
): Promise<{ code: number | null; shown: string }> {
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', join(ROOT, 'cli/main.ts'), ...words]
  const command = program.map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { cwd: laptop, env })
  let shown = ''
  let seen = 0
  const left = [...typed]
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    for (let next = left[0]; next && shown.includes(next[0], seen); next = left[0]) {
      seen = shown.length
      left.shift()
      child.stdin.write(next[1])
    }
  })
  return within(60_000, new Promise((resolve) => child.once('close', (code) => resolve({ code, shown }))))
}
