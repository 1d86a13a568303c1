import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { shellWord } from '../../shared/shell-word.ts'
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
  /** Keys that nothing needs, also no backup: of these only the removal is left. */
  #covered: ReadonlySet<string> = new Set()

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
   * Makes a key that somebody asked for. Safe to be told again and again, as it is until the key is there. `null`: none is
   * wanted any more, as when a person put it there.
   */
  wanted(id: string | null): void {
    const { keys, health, log } = this.#parts
    try {
      if (id !== null && keys.makeWanted(id)) log.info({ key: id, folder: keys.path }, 'a key was made')
      health.clear('new_key')
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      health.raise('new_key', error.code, `no new key can be made: ${error.message}`, { hint: error.hint })
    }
  }

  /**
   * No row needs these keys any more, and all others stay. They go once a backup holds nothing of them either: the newest one
   * takes the place of a database that is damaged. Safe to be told again and again: a key that cannot be removed costs one
   * backup, and is a problem of the health until it is gone.
   */
  async unneeded(ids: readonly string[]): Promise<void> {
    this.#covered = new Set(ids.filter((id) => this.#covered.has(id)))
    if (ids.length === 0) this.#parts.health.clear('old_key')
    if (ids.length === 0 || this.#removing) return
    this.#removing = true
    try {
      if (await this.#cover(ids)) this.#remove(ids)
    } finally {
      this.#removing = false
    }
  }

  /** Returns whether a backup was made since they became unneeded. */
  async #cover(ids: readonly string[]): Promise<boolean> {
    if (ids.every((id) => this.#covered.has(id))) return true
    if ((await this.#parts.backUp()) === null) return false
    this.#covered = new Set(ids)
    return true
  }

  #remove(ids: readonly string[]): void {
    const kept = new Map<string, LaresError>()
    for (const id of ids) {
      try {
        this.#parts.keys.remove(id)
        this.#parts.log.info({ key: id }, 'nothing is sealed with this key any more; it was removed')
      } catch (error) {
        if (!(error instanceof LaresError)) throw error
        kept.set(id, error)
      }
    }
    this.#tellKept(kept)
  }

  /** `kept`: keys that could not be removed, and why. */
  #tellKept(kept: ReadonlyMap<string, LaresError>): void {
    const { keys, health } = this.#parts
    const [why] = kept.values()
    if (!why) {
      health.clear('old_key')
      return
    }
    const what = kept.size === 1 ? 'a key that nothing needs' : `${kept.size} keys that nothing needs`
    const files = [...kept.keys()].map((id) => shellWord(keys.fileOf(id))).join(' ')
    health.raise('old_key', 'old_key_stays', `${what} any more cannot be removed: ${why.message}`, {
      hint: `Remove it by hand: sudo rm ${files}. How the hub can do it: docs/operations.md, "Secrets and keys".`,
    })
  }
}
