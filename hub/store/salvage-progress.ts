import { existsSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { Database } from '../../shared/sqlite/open.ts'
import { makePrivate } from '../../shared/sqlite/open.ts'
import { usePageSize } from '../../shared/sqlite/page-size.ts'
import { dropPart } from './part-files.ts'

const TABLES = `
  CREATE TABLE salvage_progress (name TEXT PRIMARY KEY, value TEXT) STRICT;
  CREATE TABLE salvage_lost (table_name TEXT NOT NULL, after INTEGER NOT NULL, before INTEGER) STRICT`

export interface LostRange {
  table: string
  after: number
  before: number | null
}

/** How far a salvage has come. It stands in the file that is written, so it is as true as its rows. */
export class SalvageProgress {
  #db: Database
  #get: Sqlite.Statement
  #set: Sqlite.Statement
  #lose: Sqlite.Statement

  constructor(db: Database) {
    this.#db = db
    this.#get = db.prepare('SELECT value FROM salvage_progress WHERE name = ?').pluck()
    this.#set = db.prepare(
      'INSERT INTO salvage_progress VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    )
    this.#lose = db.prepare('INSERT INTO salvage_lost VALUES (?, ?, ?)')
  }

  /** Behind which key a table goes on; `null`: it is done. */
  next(table: string): number | null {
    const stored = this.#get.get(`table ${table}`) as string | undefined
    return stored === undefined ? 0 : (JSON.parse(stored) as number | null)
  }

  advance(table: string, next: number | null): void {
    this.#set.run(`table ${table}`, JSON.stringify(next))
  }

  /** Runs what is done once, in a transaction of its own. Returns what came of it, now or then. */
  once<T>(name: string, run: () => T): T {
    const before = this.#get.get(name) as string | undefined
    if (before !== undefined) return JSON.parse(before) as T
    return this.#db.transaction(() => {
      const result = run()
      this.#set.run(name, JSON.stringify(result ?? null))
      return result
    })()
  }

  lose({ table, after, before }: LostRange): void {
    this.#lose.run(table, after, before)
  }

  /** In the order of tables and keys. Rows that were refused one by one are one range where nothing is between them. */
  lost(): LostRange[] {
    const ranges = this.#db
      .prepare('SELECT table_name AS "table", after, before FROM salvage_lost ORDER BY table_name, after')
      .all() as LostRange[]
    const joined: LostRange[] = []
    for (const range of ranges) {
      const last = joined.at(-1)
      if (last?.table === range.table && last.before !== null && range.after < last.before) last.before = range.before
      else joined.push(range)
    }
    return joined
  }

  /** What is left is the database alone. */
  forget(): void {
    this.#db.exec('DROP TABLE salvage_progress; DROP TABLE salvage_lost')
  }
}

/** The file of a salvage of this source: one that was begun and not finished goes on, any other is begun anew. */
export function openSalvage(target: string, source: string): { db: Database; progress: SalvageProgress } {
  const from = identity(source)
  if (existsSync(target) && beganFrom(target) !== from) dropPart(target)
  makePrivate(target)
  const db = new Sqlite(target)
  try {
    usePageSize(db)
    db.pragma('auto_vacuum = INCREMENTAL')
    db.pragma('journal_mode = TRUNCATE')
    // A power cut may cost what was written last, never what was written before; all of it is checked at the end.
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = OFF')
    if (beganFrom(target) === null)
      db.transaction(() => {
        db.exec(TABLES)
        db.prepare("INSERT INTO salvage_progress VALUES ('source', ?)").run(from)
      })()
    return { db, progress: new SalvageProgress(db) }
  } catch (error) {
    db.close()
    throw error
  }
}

/** A source that was written to since is another one. */
function identity(source: string): string {
  const { ino, size, mtimeMs } = statSync(source)
  return JSON.stringify([ino, size, mtimeMs])
}

/** Of which source a salvage is; `null`: nobody can tell. */
function beganFrom(target: string): string | null {
  try {
    const db = new Sqlite(target, { fileMustExist: true })
    try {
      return String(db.prepare("SELECT value FROM salvage_progress WHERE name = 'source'").pluck().get() ?? '') || null
    } finally {
      db.close()
    }
  } catch {
    return null // neither begun nor readable: begun anew
  }
}
