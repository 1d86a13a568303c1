import { closeSync, openSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { LaresError } from '../errors.ts'

export type Database = Sqlite.Database
export type Statement = Sqlite.Statement

export interface OpenOptions {
  /**
   * A path, or `:memory:`, or the bytes of a database, of which a copy in memory is opened. A file is made when it does not exist,
   * with mode 0600.
   */
  file: string | Buffer
  /** Default false. A reader never writes and never checkpoints. */
  readonly?: boolean
  /**
   * Default false. Whether pages of removed rows can be given back to the disk. It is decided when the file is made,
   * before anything else is written to it; later it changes nothing.
   */
  shrinks?: boolean
  /** How long another program's lock is waited for, in this thread. Default 5 s. */
  busyMs?: number
}

/** Ok to run: the WAL-reset corruption (3.7.0 to 3.51.2) is mended from here, and in two backports. */
const SAFE_VERSION = [3, 51, 3] as const
const SAFE_BACKPORTS = new Set(['3.50.7', '3.44.6'])

/**
 * Opens a database so that a commit is on the disk when it returns, and checks that it really is so.
 *
 * better-sqlite3 is compiled with WAL meaning `synchronous=NORMAL`, which loses the last commits in a power cut:
 * FULL is asked for by name and read back. mmap is off because a lost write behind a mapping is not seen.
 *
 * Throws `unsafe_sqlite` when the library or a setting is not what durability needs.
 */
export function openDatabase(options: OpenOptions): Database {
  const { file } = options
  const inMemory = typeof file !== 'string' || file === ':memory:'
  const busyMs = options.busyMs ?? 5_000
  if (!options.readonly && !inMemory) makePrivate(file)
  const db = new Sqlite(file, { readonly: options.readonly ?? false })
  try {
    checkSqliteVersion(String(db.prepare('SELECT sqlite_version()').pluck().get()))
    if (options.shrinks) db.pragma('auto_vacuum = INCREMENTAL')
    if (!options.readonly && !inMemory) expect(db, 'journal_mode', 'WAL', 'wal')
    expect(db, 'synchronous', 'FULL', 2)
    expect(db, 'foreign_keys', 'ON', 1)
    expect(db, 'busy_timeout', String(busyMs), busyMs)
    expect(db, 'trusted_schema', 'OFF', 0)
    expect(db, 'temp_store', 'MEMORY', 2)
    db.pragma('mmap_size = 0')
    db.pragma('cache_size = -16384')
    db.pragma('journal_size_limit = 67108864')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Makes an empty file that nobody else can read, where there is none. SQLite alone would make one that everybody can,
 * and its log and index take their rights from it.
 */
export function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
}

function expect(db: Database, name: string, wanted: string, readBack: string | number): void {
  db.pragma(`${name} = ${wanted}`)
  const got = db.pragma(name, { simple: true })
  if (got !== readBack)
    throw new LaresError('unsafe_sqlite', `SQLite refused ${name}=${wanted}: it reads back ${String(got)}`)
}

/** Throws `unsafe_sqlite` for versions with the WAL-reset corruption. Exported for its test. */
export function checkSqliteVersion(version: string): void {
  if (SAFE_BACKPORTS.has(version)) return
  const parts = version.split('.').map(Number)
  for (const [index, safe] of SAFE_VERSION.entries()) {
    const part = parts[index] ?? 0
    if (part > safe) return
    if (part < safe)
      throw new LaresError(
        'unsafe_sqlite',
        `SQLite ${version} can corrupt a database in WAL mode; ${SAFE_VERSION.join('.')} or newer is needed`,
      )
  }
}

/** SQLite's result code of an error, such as `SQLITE_FULL`, or `null` when it is none of SQLite's. */
export function sqliteCode(error: unknown): string | null {
  if (error instanceof Sqlite.SqliteError) return error.code
  return null
}

/**
 * Whether the error ends the whole transaction and comes from the disk, from memory or from another program that holds the
 * file, not from a rule of ours.
 */
export function isDiskFault(error: unknown): boolean {
  const code = sqliteCode(error)
  return code !== null && /^SQLITE_(FULL|IOERR|NOMEM|CORRUPT|NOTADB|READONLY|CANTOPEN|BUSY|LOCKED|PROTOCOL)/.test(code)
}

/** Whether the file itself is damaged. */
export function isCorruption(error: unknown): boolean {
  const code = sqliteCode(error)
  return code !== null && /^SQLITE_(CORRUPT|NOTADB)/.test(code)
}

/** Whether the file itself is damaged, or the disk does not give a part of it. */
export function isUnreadable(error: unknown): boolean {
  return isCorruption(error) || /^SQLITE_IOERR_(READ|SHORT_READ|CORRUPTFS|DATA)/.test(sqliteCode(error) ?? '')
}
