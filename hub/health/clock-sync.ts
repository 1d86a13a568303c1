import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Health } from './hub-health.ts'

const run = promisify(execFile)

/** systemd-timesyncd makes this file at its first synchronisation. */
const TIMESYNC = '/run/systemd/timesync/synchronized'
const CHECK_MS = 60_000

/** Knows whether this machine's wall clock follows a time source, and says so in the hub's health. */
export class ClockSync implements Service {
  #clock: Clock
  #health: Health
  #synced: boolean | null = null
  #stop: Cancel = () => {}

  constructor(clock: Clock, health: Health) {
    this.#clock = clock
    this.#health = health
  }

  /** `null` where nobody can tell. */
  get synced(): boolean | null {
    return this.#synced
  }

  async start(): Promise<void> {
    await this.#check()
    this.#stop = this.#clock.every(CHECK_MS, () => void this.#check())
  }

  stop(): void {
    this.#stop()
  }

  async #check(): Promise<void> {
    this.#synced = await clockSynced()
    if (this.#synced === false) this.#health.raise('clock', 'clock_unsynced', "the hub's clock follows no time source")
    else this.#health.clear('clock')
  }
}

async function clockSynced(): Promise<boolean | null> {
  if (existsSync(TIMESYNC)) return true
  try {
    const { stdout } = await run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], { timeout: 3_000 })
    return stdout.trim() === 'yes' ? true : stdout.trim() === 'no' ? false : null
  } catch {
    return null // no timedatectl or no systemd: nobody can tell
  }
}
