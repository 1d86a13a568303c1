import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { Health } from '../health/hub-health.ts'
import { ProcessDropped } from './own-process.ts'

const HOUR_MS = 3_600_000
/** A change of devices or accounts is worth a backup of its own; several in a row make one. */
const SOON_MS = 10_000

/** Resolves to the new copy. `whole`: it may leave nothing to other copies. */
type MakeBackup = (now: number, extent: { whole: boolean }) => Promise<string>

/** Backs the database up every hour, and soon after a change that a device would miss in an older copy. */
export class Backups implements Service {
  #backup: MakeBackup
  #clock: Clock
  #log: Log
  #health: Health
  #stop: Cancel = () => {}
  #soon: Cancel | null = null
  #owed: string
  #drop: () => void
  #removeOthers: (kept: string) => void
  #running = false

  /** `owed` is a file that is there while a stop left a copy to the next start. */
  constructor(parts: {
    backup: MakeBackup
    /** Ends a backup that is under way. */
    drop: () => void
    /** Removes all copies but one. */
    removeOthers: (kept: string) => void
    owed: string
    clock: Clock
    log: Log
    health: Health
  }) {
    this.#backup = parts.backup
    this.#drop = parts.drop
    this.#removeOthers = parts.removeOthers
    this.#owed = parts.owed
    this.#clock = parts.clock
    this.#log = parts.log
    this.#health = parts.health
  }

  start(): void {
    this.#stop = this.#clock.every(HOUR_MS, () => void this.run())
    if (existsSync(this.#owed)) this.soon()
  }

  /** A copy that a change waits for, or that is under way, is left to the next start: it takes longer than a stop may. */
  stop(): void {
    this.#stop()
    this.#drop()
    if (!this.#soon && !this.#running) return
    this.#soon?.()
    this.#soon = null
    try {
      mkdirSync(dirname(this.#owed), { recursive: true, mode: 0o750 })
      writeFileSync(this.#owed, '', { mode: 0o640 })
    } catch (error) {
      this.#log.warn({ error: asError(error).message }, 'the next start will not know that a backup is owed')
    }
  }

  soon(): void {
    this.#soon ??= this.#clock.after(SOON_MS, () => void this.run())
  }

  /** Makes a copy, and removes all that were there before. Returns whether that is so now. */
  async renew(): Promise<boolean> {
    const made = await this.run({ whole: true })
    if (made === null) return false
    this.#removeOthers(made)
    return true
  }

  /**
   * Returns the new copy; `null` when another one is under way, or this one failed. Never rejects: a backup that fails is a
   * problem of the hub's health until one succeeds.
   */
  async run({ whole = false } = {}): Promise<string | null> {
    this.#soon?.()
    this.#soon = null
    if (this.#running) {
      // Whatever this one is for may have come too late for the one that is under way.
      this.soon()
      return null
    }
    this.#running = true
    try {
      const file = await this.#backup(this.#clock.now(), { whole })
      rmSync(this.#owed, { force: true })
      this.#log.debug({ file }, 'the database was backed up')
      this.#health.clear('backup')
      return file
    } catch (error) {
      if (error instanceof ProcessDropped) return null
      this.#log.warn({ error: asError(error).message }, 'the backup failed')
      this.#health.raise('backup', 'disk_error', `the backup failed: ${asError(error).message}`)
      return null
    } finally {
      this.#running = false
    }
  }
}
