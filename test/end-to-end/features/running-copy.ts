import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inherited } from '../../../shared/environment.ts'
import { eventually } from '../../faults/lib/fleet.ts'
import type { HouseCopy } from './house-copy.ts'

/** A hub of a copied program, and its command line. */
export interface RunningCopy {
  plain: number
  http: number
  ask(...words: string[]): unknown
  /** The same with a line on standard input. */
  askWith(input: string, ...words: string[]): unknown
  stop(): Promise<void>
}

/** Starts it with an empty data folder. Rejects with its log when it does not come up. */
export async function startCopy(copy: HouseCopy, config: string): Promise<RunningCopy> {
  const data = mkdtempSync(join(copy.folder, 'data-'))
  writeFileSync(join(copy.folder, 'hub.toml'), config)
  const env = inherited({ LARES_DATA: data })
  const listen = [
    '--tls',
    '127.0.0.1:0',
    '--plain',
    '127.0.0.1:0',
    '--http',
    '127.0.0.1:0',
    '--https',
    '127.0.0.1:0',
    '--print-ready',
  ]
  const hub: ChildProcess = spawn(
    join(copy.folder, 'lares'),
    ['hub', '--config', join(copy.folder, 'hub.toml'), ...listen],
    {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let log = ''
  hub.stderr?.on('data', (bytes) => {
    log += String(bytes)
  })
  let printed = ''
  hub.stdout?.on('data', (bytes) => {
    printed += String(bytes)
  })
  await eventually(() => {
    if (hub.exitCode !== null) throw new Error(`the hub ended:\n${log}`)
    return printed.includes('\n')
  }, 60_000)
  const { plain, http } = JSON.parse(printed.split('\n')[0] ?? '') as { plain: number; http: number }
  return {
    plain,
    http,
    ask: (...words) => asked('', words),
    askWith: (input, ...words) => asked(`${input}\n`, words),
    async stop() {
      const ended = once(hub, 'exit')
      hub.kill('SIGTERM')
      await ended
    },
  }

  function asked(input: string, words: readonly string[]): unknown {
    const { stdout, stderr, status } = spawnSync(join(copy.folder, 'lares'), [...words, '--json'], {
      env,
      input,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`lares ${words.join(' ')}: ${stderr}\n${log}`)
    return JSON.parse(stdout)
  }
}
