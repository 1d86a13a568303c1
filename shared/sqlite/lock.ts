import { rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { LaresError } from '../errors.ts'
import { runningUser } from '../running-user.ts'
import { shellWord } from '../shell-word.ts'
import { isCorruption, sqliteCode } from './open.ts'

/**
 * Keeps a data folder for one process. The lock is SQLite's own lock on a file of its own, so the kernel gives it back
 * whatever way the process ends. Throws `already_running`; `not_found` without the folder, `no_permission` when its file
 * cannot be opened. Returns the release.
 */
export function lockFolder(file: string): () => void {
  try {
    return lock(file)
  } catch (cause) {
    // It holds nothing but the lock, and whoever has it could open it: a damaged one is nobody's.
    if (isCorruption(cause)) {
      rmSync(file)
      return lock(file)
    }
    throw refusal(file, cause)
  }
}

function lock(file: string): () => void {
  const db = new Sqlite(file, { timeout: 0 })
  try {
    // An empty file's first page would be journalled, and a full disk has no room for that.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
    return () => db.close()
  } catch (error) {
    db.close()
    throw error
  }
}

function refusal(file: string, cause: unknown): unknown {
  const code = sqliteCode(cause)
  const folder = dirname(file)
  if (code === 'SQLITE_BUSY') return new LaresError('already_running', `${file} is held by another process`, { cause })
  if (isMissing(folder))
    return new LaresError('not_found', `there is no folder ${folder}`, {
      cause,
      hint: 'Name the data folder with --data DIR.',
    })
  if (code === null || !/^SQLITE_(CANTOPEN|READONLY|PERM)/.test(code)) return cause
  return new LaresError('no_permission', `the user ${runningUser()} cannot open ${file}`, {
    cause,
    hint: `Run it with sudo, or as the owner of the folder: stat -c %U ${shellWord(folder)}`,
  })
}

function isMissing(folder: string): boolean {
  try {
    statSync(folder)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}
