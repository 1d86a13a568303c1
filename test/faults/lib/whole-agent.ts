import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../agent-process.ts', import.meta.url))

/** What a command of `lares edge` said, and its exit code. */
export interface Said {
  code: number | null
  out: string
  err: string
}

/** A machine with an agent of its own: a data folder, a configuration, and one sensor that is a program. */
export class WholeAgent {
  readonly folder: string
  readonly data: string
  /** The program of its sensor. */
  readonly sensor: string
  #config: string
  #running: ChildProcess | null = null
  #log = ''

  /** `key` names its sensor, which is asked once a second. */
  constructor(folder: string, key: string) {
    this.folder = folder
    this.data = join(folder, 'data')
    this.sensor = join(folder, 'sensor')
    this.#config = join(folder, 'edge.toml')
    mkdirSync(this.data, { recursive: true, mode: 0o700 })
    writeFileSync(
      this.#config,
      `[agent]\ndefault_sensors = false\n[sensors.${key}]\ndriver = "command"\ncommand = ["${this.sensor}"]\ninterval_s = 1\n`,
    )
  }

  /** What its sensor does from now on: a shell script. */
  measure(script: string): void {
    writeFileSync(this.sensor, `#!/bin/sh\n${script}\n`)
    chmodSync(this.sensor, 0o755)
  }

  /** One command of `lares edge` on this machine. */
  async edge(...words: string[]): Promise<Said> {
    const child = this.#spawn(words)
    const said = { out: '', err: '' }
    child.stdout?.on('data', (text) => {
      said.out += String(text)
    })
    child.stderr?.on('data', (text) => {
      said.err += String(text)
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, ...said }
  }

  run(): void {
    const child = this.#spawn(['run'])
    child.stderr?.on('data', (text) => {
      this.#log += String(text)
    })
    this.#running = child
  }

  /** Ends it in order, as systemd does; resolves with its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#running
    this.#running = null
    if (child === null || child.exitCode !== null) return child?.exitCode ?? null
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    child.kill(signal)
    return await ended
  }

  /** What the running one wrote to its log so far. */
  log(): string {
    return this.#log
  }

  #spawn(words: readonly string[]): ChildProcess {
    const where = ['--data', this.data, '--config', this.#config]
    return spawn(process.execPath, [program, ...words, ...where], { stdio: ['ignore', 'pipe', 'pipe'] })
  }
}
