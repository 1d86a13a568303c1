import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { Health } from '../health/hub-health.ts'
import type { KeyFolder } from '../secrets/key-folder.ts'

export interface KeyCareParts {
  keys: KeyFolder
  /**
   * Begins a backup of the database, which is the newest of all once it is made. Returns `null` when there is none: it failed, or
   * another one is under way. Never rejects.
   */
  backUp(): Promise<string | null>
  health: Pick<Health, 'raise' | 'clear'>
  log: Log
}

/** Makes the first key at the first start and those that are asked for, and removes those that nothing needs any more. */
export class KeyCare implements Service {
  #parts: KeyCareParts
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

  /** Makes a key that somebody asked for. Safe to be told again and again, as it is until the key is there. */
  wanted(id: string): void {
    const { keys, health, log } = this.#parts
    try {
      if (keys.makeWanted(id)) log.info({ key: id, folder: keys.path }, 'a key was made')
      health.clear('new_key')
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      health.raise('new_key', error.code, `no new key can be made: ${error.message}`, { hint: error.hint })
    }
  }

  /**
   * No row needs these keys any more. They go once a backup holds nothing of them either: the newest one takes the place of a
   * database that is damaged. Safe to be told again and again.
   */
  async unneeded(ids: readonly string[]): Promise<void> {
    const { keys, log, backUp } = this.#parts
    if (this.#removing) return
    this.#removing = true
    try {
      if ((await backUp()) === null) return
      for (const id of ids) {
        keys.remove(id)
        log.info({ key: id }, 'nothing is sealed with this key any more; it was removed')
      }
    } finally {
      this.#removing = false
    }
  }
}
