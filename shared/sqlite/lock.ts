import Sqlite from 'better-sqlite3'
import { LaresError } from '../errors.ts'

/**
 * Keeps a data folder for one process. The lock is SQLite's own lock on a file of its own, so the kernel gives it back
 * whatever way the process ends. Throws `already_running`. Returns the release.
 */
export function lockFolder(file: string): () => void {
  const lock = new Sqlite(file, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new LaresError('already_running', `${file} is held by another process`, { cause })
  }
  return () => lock.close()
}
