import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from '../sync-file.ts'
import { logBelongs } from './log-stamp.ts'

/** Whether there is no database yet: no file, or one that nothing was written to. */
export function isFresh(file: string): boolean {
  return !existsSync(file) || statSync(file).size === 0
}

/**
 * Sets the write-ahead log aside that lies beside a database and is not its own, as `….-wal.foreign-<now>`: SQLite would
 * replay it over a database that somebody put there, and mix the two. Call before the database is opened. Returns where the
 * log lies now, or `null` when there was none to set aside.
 */
export function setForeignLogAside(file: string, now: number): string | null {
  const log = `${file}-wal`
  if (!existsSync(log) || !(isFresh(file) || !logBelongs(file))) return null
  const aside = `${log}.foreign-${now}`
  rmSync(`${file}-shm`, { force: true })
  renameSync(log, aside)
  syncFolder(dirname(file))
  return aside
}
