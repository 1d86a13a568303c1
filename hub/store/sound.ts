import Sqlite from 'better-sqlite3'
import { asError, LaresError } from '../../shared/errors.ts'
import { MAGIC, readHeader } from '../../shared/sqlite/log-stamp.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { isCorruption } from '../../shared/sqlite/open.ts'
import { damageOrContradictionOf } from './check.ts'

/** Throws when a file does not begin as a database does. An unreadable one throws what the system says. */
export function checkMagic(file: string): void {
  const header = readHeader(file)
  if (header.length === 0) throw new LaresError('bad_params', `${file} is empty`, { hint: CHOOSE })
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new LaresError('bad_params', `${file} is no SQLite database`, { hint: CHOOSE })
}

/** Throws `bad_params` when it is no hub's database, `corrupt_database` when it is damaged. Reads all of it. */
export function checkSound(db: Database, name: string): void {
  try {
    if (!isHubs(db)) throw new LaresError('bad_params', `${name} is a database, but no hub's`, { hint: CHOOSE })
  } catch (error) {
    throw isCorruption(error) ? damaged(name, asError(error).message) : error
  }
  checkIntegrity(db, name)
}

/** Throws `corrupt_database` when it is damaged, whatever is in it. */
export function checkIntegrity(db: Database, name: string): void {
  const found = damageOrContradictionOf(db)
  if (found !== null) throw damaged(name, found)
}

/** Whether the file is a sound database with a hub's tables. */
export function isSound(file: string): boolean {
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true })
    try {
      checkSound(db, file)
      return true
    } finally {
      db.close()
    }
  } catch {
    return false // a file that cannot be opened is no backup; the caller takes the next one
  }
}

export function isHubs(db: Database): boolean {
  const tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('devices', 'schema_migrations')"
  return db.prepare(tables).pluck().get() === 2
}

const CHOOSE = 'Choose a file made by lares hub backup, or one of the folder backups.'

function damaged(name: string, found: string): LaresError {
  return new LaresError('corrupt_database', `${name} is damaged: ${found}`, {
    hint: 'Choose another copy; the hub keeps its own in the folder backups.',
  })
}
