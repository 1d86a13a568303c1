import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ROOT } from '../source-tree.ts'
import { type OnScreen, typedAt } from './terminal.ts'

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

/** Runs `lares …` there on a terminal, as `typedAt` does. */
export function onTerminal(words: string[], typed: [waitsFor: string, keys: string][]): Promise<OnScreen> {
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', join(ROOT, 'cli/main.ts'), ...words]
  return typedAt(program, typed, { cwd: laptop, env })
}
