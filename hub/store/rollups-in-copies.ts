import { basename } from 'node:path'
import Sqlite from 'better-sqlite3'
import { asError } from '../../shared/errors.ts'
import { backupTime } from './places.ts'
import { isSound } from './sound.ts'

/**
 * Hourly rollups are all that is left of old readings, and after a year nine tenths of a copy. They never change, so most copies
 * carry only those that no two others have. Such a copy says from which key on it has them; the others have the row with
 * this key, too, by which they are known to be of the same life of the database. A whole copy says nothing.
 */
export const ROLLUPS_SINCE = 'rollups_since'
/**
 * After so long a copy is whole again. In a house of a year three days write the least: a whole copy every day costs more than
 * what the others carry meanwhile, one every week less than that.
 */
const WHOLE_MS = 3 * 86_400_000
/** Their rows of one moment are enough for twenty sensors for six years. Finer ones would be ten times as many, and a year at most. */
const HOURLY = 'step = 3600000'
const MOST_ROWS = 1_000_000

/** The rollups of a whole copy, the newest million: about 80 MB. */
export const ALL_ROLLUPS = `SELECT * FROM (SELECT * FROM reading_rollups WHERE ${HOURLY} ORDER BY id DESC LIMIT ${MOST_ROWS}) ORDER BY id`

/** Those of a copy that leaves the older ones to others. */
export function rollupsSince(key: number): string {
  return `SELECT * FROM reading_rollups WHERE ${HOURLY} AND id >= ${key} ORDER BY id`
}

/** Marks a copy by the key from which on it has rollups; `null`: as a whole one, whatever it was copied from. */
export function markSince(copy: Sqlite.Database, key: number | null): void {
  if (!hasRollups(copy)) return
  copy.prepare('DELETE FROM hub_settings WHERE key = ?').run(ROLLUPS_SINCE)
  if (key !== null)
    copy.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)').run(ROLLUPS_SINCE, JSON.stringify(key))
}

/** Those of the copies that have all rollups, in the same order. One that cannot be read is none. */
export function wholeCopies(copies: readonly string[]): string[] {
  return copies.filter((file) => reading(file, (copy) => hasRollups(copy) && sinceOf(copy) === null) === true)
}

/**
 * From which key on a copy made now has to carry rollups: two whole copies have all that are older. `null`: it is to be whole,
 * because there are no two of this database as it is now, or the newest of them is old. `copies`: the newest first.
 */
export function sinceWhich(source: string, copies: readonly string[], now: number): number | null {
  const [newer, older] = wholeCopies(copies)
  if (newer === undefined || older === undefined) return null
  // One from a clock that was ahead is made anew, too.
  if (Math.abs(now - (backupTime(basename(newer)) ?? 0)) >= WHOLE_MS) return null
  const key = reading(older, newestKey)
  if (key === null) return null
  const row = reading(source, (db) => rowOf(db, key))
  return row !== null && [newer, older].every((file) => reading(file, (copy) => rowOf(copy, key)) === row) ? key : null
}

/**
 * The whole copy that has what a copy left to others, the first of `copies` that is sound. Itself when it left nothing; `null` when
 * none of them has it.
 */
export function completedBy(copy: string, copies: () => readonly string[]): string | null {
  const since = reading(copy, (db) => (hasRollups(db) ? sinceOf(db) : null))
  if (since === null) return copy
  const row = reading(copy, (db) => rowOf(db, since))
  const has = (file: string) => row !== null && reading(file, (db) => rowOf(db, since)) === row
  return wholeCopies(copies()).find((file) => has(file) && isSound(file)) ?? null
}

/** Fills what a copy left to others in, which lie in `copies`. Returns whether it has all now; else it is as it was. */
export function fillRollups(part: string, copies: () => readonly string[]): boolean {
  const from = completedBy(part, copies)
  if (from === part) return true
  const db = new Sqlite(part)
  try {
    if (from !== null) fill(db, from, sinceOf(db) ?? 0)
    markSince(db, null)
    return from !== null
  } finally {
    db.close()
  }
}

/** Of sensors that left since, nothing comes back. */
function fill(db: Sqlite.Database, from: string, since: number): void {
  db.pragma('foreign_keys = OFF')
  db.prepare('ATTACH ? AS whole').run(from)
  db.prepare(
    `INSERT INTO reading_rollups SELECT * FROM whole.reading_rollups WHERE ${HOURLY} AND id < ? ` +
      'AND series_id IN (SELECT own.id FROM reading_series own JOIN whole.reading_series other USING (id, device_id, created_at)) ' +
      'ORDER BY id',
  ).run(since)
  db.exec('DETACH whole')
}

/** The row and how its table is declared, as text: what is the same in two databases was the same row once. */
function rowOf(db: Sqlite.Database, key: number): string | null {
  const row = db.prepare(`SELECT * FROM reading_rollups WHERE ${HOURLY} AND id = ?`).get(key)
  if (row === undefined) return null
  return JSON.stringify([row, db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'reading_rollups'").pluck().get()])
}

function newestKey(copy: Sqlite.Database): number | null {
  return copy.prepare('SELECT max(id) FROM reading_rollups').pluck().get() as number | null
}

function sinceOf(copy: Sqlite.Database): number | null {
  const value = copy.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(ROLLUPS_SINCE)
  return typeof value === 'string' ? Number(value) : null
}

/** The oldest databases have no rollups, and no settings. */
function hasRollups(db: Sqlite.Database): boolean {
  const tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('reading_rollups', 'hub_settings')"
  return db.prepare(tables).pluck().get() === 2
}

function reading<T>(file: string, read: (db: Sqlite.Database) => T): T | null {
  try {
    const db = new Sqlite(file, { readonly: true, fileMustExist: true })
    try {
      return read(db)
    } finally {
      db.close()
    }
  } catch (error) {
    // A copy that cannot be read has nothing; what is wrong with the database itself, whoever copies it meets.
    if (error instanceof Sqlite.SqliteError) return null
    throw asError(error)
  }
}
