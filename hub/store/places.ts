import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where the parts of a hub's data folder lie. */
export const storeFile = (folder: string) => join(folder, 'hub.db')
export const backupFolder = (folder: string) => join(folder, 'backups')
/** Where keys lie unless `hub.toml` says otherwise. */
export const usualKeyFolder = (folder: string) => join(folder, 'keys')
export const lockFile = (folder: string) => join(folder, 'lock.db')

const BACKUP = /^hub-(\d{13})\.db$/

export const backupFile = (folder: string, now: number) => join(folder, `hub-${String(now).padStart(13, '0')}.db`)

/**
 * When the backup of this file name was begun, or a moment after an earlier one whose clock was ahead: it says which of two is the
 * newer. `null` for a file that is none.
 */
export function backupTime(name: string): number | null {
  const [, digits] = BACKUP.exec(name) ?? []
  return digits === undefined ? null : Number(digits)
}

/** The newest backup in their folder, or `null`: its file is whole, because it is put in its place when it is. */
export function newestBackup(folder: string): string | null {
  try {
    const newest = readdirSync(folder)
      .filter((name) => backupTime(name) !== null)
      .sort()
      .at(-1)
    return newest === undefined ? null : join(folder, newest)
  } catch {
    return null
  }
}
