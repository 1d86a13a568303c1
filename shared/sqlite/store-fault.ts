import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { asError, LaresError } from '../errors.ts'
import { lockHolders } from './lock-holders.ts'
import { isDiskFault, sqliteCode } from './open.ts'

/** The index of a log is made larger by 32 KB at a time. */
const LITTLE_BYTES = 64 * 1024

/**
 * What keeps a database from being written, for a person: `disk_full`, `database_locked` with who may hold the lock, or
 * `disk_error`. `null` when the error comes from none of these.
 */
export function storeFault(error: unknown, file: string): LaresError | null {
  const code = sqliteCode(error) ?? systemCode(error)
  const message = `${code}: ${asError(error).message}`
  if (isLocked(error)) {
    const holders = lockHolders(file)
    const who = holders.length > 0 ? `: ${holders.join(', ')}` : ', and lets nobody else write'
    return new LaresError('database_locked', `another program holds ${file}${who}`, { cause: error })
  }
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(code) || (code.startsWith('SQLITE_IOERR') && isFull(file)))
    return new LaresError('disk_full', message, { cause: error })
  if (isDiskFault(error) || code === 'EIO' || code === 'EROFS')
    return new LaresError('disk_error', message, { cause: error })
  return null
}

/** SQLite reports some writes for which there was no room, such as that of the log's index, as failed ones. */
function isFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize < LITTLE_BYTES
  } catch {
    return false // the folder itself is gone, and that is another fault
  }
}

function isLocked(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(sqliteCode(error) ?? '')
}

/** The code of a failed call of the operating system, such as `ENOSPC`; empty when it is none. */
function systemCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return typeof code === 'string' ? code : ''
}
