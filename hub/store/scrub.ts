import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { asError } from '../../shared/errors.ts'
import { type Database, isUnreadable } from '../../shared/sqlite/open.ts'
import { damageOfTable, GROWING_TABLES } from './check.ts'
import { keyOfEntries, readEntries } from './keyed-entries.ts'
import { ReadableRows } from './readable-rows.ts'
import { timeOfRow } from './row-times.ts'
import type { ScrubPosition } from './scrub-state.ts'
import { SEARCH_PREFIX } from './search-index.ts'

export interface ScrubStep {
  /** Where the next step goes on; `null`: all is read. */
  next: ScrubPosition | null
  /** What is damaged, for a person; `null`: nothing of this step. */
  damage: string | null
  /** Bytes that the disk does not give. */
  unreadableBytes: number
}

/** Not among the types of Node. */
declare const WebAssembly: { Memory: new (pages: { initial: number }) => { buffer: ArrayBuffer } }

const FILE = 'file'
/** A few megabytes at most, and less than a second of a slow card: no step keeps the log from being emptied for longer. */
const ROWS = 5_000
const READ_BYTES = 1024 * 1024
const SECTOR = 4096

/**
 * Reads a database that is in use in steps, each a transaction of its own: first the file past the cache, as the disk gives
 * it, with what no table uses; then every row of tables that grow, by ranges of keys; their indexes, by as many entries as their
 * table has rows; and the other tables, each as a whole.
 */
export class Scrub {
  #file: string
  #db: Database
  #parts: string[]

  /** Throws when it cannot be opened. */
  constructor(file: string) {
    this.#file = file
    this.#db = new Sqlite(file, { readonly: true, fileMustExist: true })
    this.#db.pragma('cell_size_check = ON')
    const names = this.#db
      .prepare(
        `SELECT 'table ' || name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '${SEARCH_PREFIX}*' ` +
          // Behind its table: where that is damaged its rows are named first.
          "UNION ALL SELECT 'table ' || tbl_name || ' index ' || name FROM sqlite_schema WHERE type = 'index' AND tbl_name IN (SELECT value FROM json_each(?))",
      )
      .pluck()
      .all(JSON.stringify([...GROWING_TABLES])) as string[]
    this.#parts = [FILE, ...names].sort()
  }

  close(): void {
    this.#db.close()
  }

  /** `null`: from the beginning. A part that is gone meanwhile is left out. */
  step(at: ScrubPosition | null): ScrubStep {
    const part = this.#parts.find((name) => name >= (at?.part ?? ''))
    if (part === undefined) return { next: null, damage: null, unreadableBytes: 0 }
    const after = part === at?.part ? at.after : 0
    const { next, damage = null, unreadableBytes = 0 } = this.#read(part, after)
    if (next !== null) return { next: { part, after: next }, damage, unreadableBytes }
    const following = this.#parts[this.#parts.indexOf(part) + 1]
    return { next: following === undefined ? null : { part: following, after: 0 }, damage, unreadableBytes }
  }

  #read(part: string, after: ScrubPosition['after']): PartStep {
    if (part === FILE) return readFile(this.#file, Number(after))
    const [, table = '', , index] = part.split(' ')
    try {
      if (index !== undefined) return { next: null, damage: this.#indexDamage(table, index) }
      if (!GROWING_TABLES.has(table)) return { next: null, damage: this.#tableDamage(table) }
      const key = keyOfEntries(this.#db, table)
      return key === null ? this.#rows(table, Number(after)) : this.#entries(table, key, after)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return { next: null, damage: `${part.replace('table ', '')}: ${asError(error).message}` }
    }
  }

  #rows(table: string, after: number): PartStep {
    const { unreadable, next } = new ReadableRows(this.#db, table).step(after, ROWS)
    if (unreadable === null) return { next }
    const last = unreadable.before === null ? 'the last' : unreadable.before - 1
    // Key 0 is no row's: looking for it would meet the damage.
    const times = [unreadable.after || null, unreadable.before].map((id) => timeOfRow(this.#db, table, id))
    const [from, to] = times.map((time) => (time === null ? null : new Date(time).toISOString()))
    const when = `${from ? `, stored after ${from}` : ''}${to ? `, stored before ${to}` : ''}`
    return { next, damage: `${table}: rows ${unreadable.after + 1} to ${last} cannot be read${when}` }
  }

  #entries(table: string, key: string[], at: ScrubPosition['after']): PartStep {
    const after = Array.isArray(at) && at.length === key.length ? at : key.map(() => Number.MIN_SAFE_INTEGER)
    const { next, damagedBehind } = readEntries(this.#db, { table, key, after, limit: ROWS })
    if (damagedBehind === null) return { next }
    const where =
      at === 0 && damagedBehind === after ? 'its first entries' : `entries behind ${damagedBehind.join(', ')}`
    return { next, damage: `${table}: ${where} (${key.join(', ')}) cannot be read` }
  }

  #tableDamage(table: string): string | null {
    const damage = damageOfTable(this.#db, table)
    return damage === null ? null : `${table}: ${damage}`
  }

  /** One statement, and so one moment of both. `sum` and not `count`, for which SQLite would choose another index. */
  #indexDamage(table: string, index: string): string | null {
    const found = this.#db.prepare("SELECT sql LIKE '% WHERE %' FROM sqlite_schema WHERE name = ?").pluck().get(index)
    if (found === undefined || found === 1) return null
    const { entries, rows } = this.#db
      .prepare(
        `SELECT (SELECT coalesce(sum(1), 0) FROM "${table}" INDEXED BY "${index}") AS entries, (SELECT count(*) FROM "${table}" NOT INDEXED) AS rows`,
      )
      .get() as { entries: number; rows: number }
    return entries === rows ? null : `${index}: ${entries} entries for the ${rows} rows of ${table}`
  }
}

interface PartStep {
  next: ScrubPosition['after'] | null
  damage?: string | null
  unreadableBytes?: number
}

function readFile(file: string, after: number): PartStep {
  // Memory of WebAssembly begins at a page, as a read past the cache must.
  const buffer = new Uint8Array(new WebAssembly.Memory({ initial: READ_BYTES / 65_536 }).buffer)
  const fd = openPastCache(file, buffer)
  try {
    const unreadableBytes = unreadableIn(fd, buffer, after)
    const next = after + READ_BYTES
    return { next: next < fstatSync(fd).size ? next : null, unreadableBytes }
  } finally {
    closeSync(fd)
  }
}

/** What the system still has in memory says nothing of the card. Where the file system knows no other way it is read as ever. */
function openPastCache(file: string, buffer: Uint8Array): number {
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_DIRECT)
    try {
      readSync(fd, buffer, 0, SECTOR, 0)
      return fd
    } catch (error) {
      closeSync(fd)
      throw error
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') return openSync(file, constants.O_RDONLY | constants.O_DIRECT)
    return openSync(file, 'r')
  }
}

/** One megabyte, and where the disk does not give all of it, page by page. */
function unreadableIn(fd: number, buffer: Uint8Array, at: number): number {
  if (isReadable(fd, buffer, { at, bytes: READ_BYTES })) return 0
  let unreadable = 0
  for (let page = at; page < at + READ_BYTES; page += SECTOR)
    if (!isReadable(fd, buffer, { at: page, bytes: SECTOR })) unreadable += SECTOR
  return unreadable
}

function isReadable(fd: number, buffer: Uint8Array, { at, bytes }: { at: number; bytes: number }): boolean {
  try {
    readSync(fd, buffer, 0, bytes, at)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') return false
    throw error
  }
}
