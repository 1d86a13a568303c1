import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { KeyFolder } from '../secrets/key-folder.ts'
import { listBackups } from '../store/backup.ts'
import { backupTime } from '../store/places.ts'

export interface KeyCareParts {
  keys: KeyFolder
  /** Makes a backup of the database, or finds one under way. Never rejects. */
  backUp(): Promise<void>
  /** Where the backups lie. */
  backups: string
  clock: Clock
  log: Log
}

/** Makes the first key at the first start, and removes those that nothing needs any more. */
export class KeyCare implements Service {
  #parts: KeyCareParts
  /** When each key was first said to be unneeded. */
  #since = new Map<string, number>()
  #removing = false

  constructor(parts: KeyCareParts) {
    this.#parts = parts
  }

  /** Throws what the system refuses. Keys that are not private are the engine's to tell: it looks again until they are. */
  start(): void {
    const { keys, log } = this.#parts
    try {
      if (keys.read().length === 0) log.info({ key: keys.make(), folder: keys.path }, 'a key was made')
    } catch (error) {
      if (!(error instanceof LaresError) || error.code !== 'unsafe_key') throw error
    }
  }

  stop(): void {}

  /**
   * No row needs these keys any more. They go once a backup holds nothing of them either: the newest one takes the place of a
   * database that is damaged. Safe to be told again and again.
   */
  async unneeded(ids: readonly string[]): Promise<void> {
    const { keys, clock, log, backUp } = this.#parts
    if (this.#removing) return
    this.#removing = true
    try {
      for (const id of ids)
        if (!this.#since.has(id)) this.#since.set(id, Math.max(clock.now(), this.#newestBackup() + 1))
      const since = Math.max(...ids.map((id) => this.#since.get(id) ?? 0))
      // A backup of a clock that was ahead is older than it says, and the one that would be restored until its time has come.
      if (since > clock.now()) return
      if (this.#newestBackup() < since) await backUp()
      if (this.#newestBackup() < since) return
      for (const id of ids) {
        keys.remove(id)
        this.#since.delete(id)
        log.info({ key: id }, 'nothing is sealed with this key any more; it was removed')
      }
    } finally {
      this.#removing = false
    }
  }

  #newestBackup(): number {
    const [file] = listBackups(this.#parts.backups)
    return file === undefined ? 0 : (backupTime(file.slice(file.lastIndexOf('/') + 1)) ?? 0)
  }
}
