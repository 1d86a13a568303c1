import { join } from 'node:path'
import type { BackupOutcome } from '../store/backup-process.ts'
import { removeParts } from '../store/part-files.ts'
import { backupFolder, storeFile } from '../store/places.ts'
import { OwnProcess } from './own-process.ts'

const PROGRAM = join(import.meta.dirname, '../store/backup-process.ts')

/** Makes backups in a process of its own. */
export class BackupCopier {
  #folder: string
  #checked: () => Promise<void>
  #process = new OwnProcess<BackupOutcome>(PROGRAM)

  /**
   * `folder`: the hub's data folder. `checked` resolves when no check of the database is under way: a copy of a damaged one
   * would in time take the places of those that are sound.
   */
  constructor(folder: string, checked: () => Promise<void> = () => Promise.resolve()) {
    this.#folder = folder
    this.#checked = checked
  }

  /** The path of the new backup; see `writeBackup`. One at a time. Rejects with what went wrong, or with `ProcessDropped`. */
  async copy(now: number, { whole = false } = {}): Promise<string> {
    await this.#checked()
    const folder = backupFolder(this.#folder)
    const outcome = await this.#process.run([storeFile(this.#folder), folder, String(now), whole ? 'whole' : 'usual'])
    if ('file' in outcome) return outcome.file
    throw new Error(outcome.error)
  }

  /** Ends one that is under way, leaves nothing of it, and makes no more. Returns whether there was one. */
  drop(): boolean {
    return this.#process.drop(() => removeParts(backupFolder(this.#folder)))
  }
}
