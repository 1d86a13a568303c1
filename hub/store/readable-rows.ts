import Sqlite from 'better-sqlite3'
import { type Database, isUnreadable } from '../../shared/sqlite/open.ts'

/** Rows that nobody can read: behind one key and before another; `before` is `null` where nothing behind them can be read. */
export interface UnreadableRows {
  after: number
  before: number | null
}

export interface ReadStep {
  /** Each row: its rowid, then its columns as they were declared. */
  rows: unknown[][]
  /** What lies behind these rows and cannot be read. */
  unreadable: UnreadableRows | null
  /** Where the next step goes on; `null`: the table is at its end. */
  next: number | null
}

/** Less than the rows of most pages: no page that can be read is stepped over between two that cannot. */
const PROBE = 16
/** Beyond so many of them it is a subtree that is gone, and larger steps are taken. Each may cost a card seconds. */
const PROBES = 256

/**
 * Opens a database of which parts may be damaged, or may be gone from its end, so that the rest of it can be read. Whatever
 * SQLite can tell of a page it tells when it reads it. Throws when nothing can be read.
 */
export function openDamaged(file: string): Database {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true })
  try {
    // A file that is shorter than it says opens only for those who say that they mend it: https://sqlite.org/pragma.html#pragma_writable_schema
    db.unsafeMode(true)
    db.pragma('writable_schema = ON')
    db.pragma('cell_size_check = ON')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Reads a table with rowids in steps, around whatever of it cannot be read. A page whose damage SQLite does not see may give rows:
 * none of them lies where it does not belong.
 */
export class ReadableRows {
  #rows: Sqlite.Statement
  #below: Sqlite.Statement
  readonly columns: string[]

  constructor(db: Database, table: string) {
    // From a key and not behind it: the key before may lie on a page that cannot be read.
    this.#rows = db.prepare(`SELECT rowid, * FROM "${table}" WHERE rowid >= ? ORDER BY rowid LIMIT ?`).raw()
    this.#below = db.prepare(`SELECT rowid FROM "${table}" WHERE rowid < ? ORDER BY rowid DESC LIMIT 1`).pluck()
    this.columns = this.#rows.columns().map(({ name }) => name)
    this.columns.shift()
  }

  /** At most `limit` rows behind a key. Throws what is neither damage nor the disk's. */
  step(after: number, limit: number): ReadStep {
    const rows: unknown[][] = []
    let last = after
    let isWhole = true
    try {
      for (const row of this.#rows.iterate(after + 1, limit) as Iterable<unknown[]>) {
        const id = row[0] as number
        isWhole = this.#belongs(id, last)
        if (!isWhole) break
        rows.push(row)
        last = id
      }
    } catch (error) {
      if (!isUnreadable(error)) throw error
      isWhole = false
    }
    if (isWhole) return { rows, unreadable: null, next: rows.length < limit ? null : last }
    const before = this.#firstReadable(last)
    return { rows, unreadable: { after: last, before }, next: before === null ? null : before - 1 }
  }

  /**
   * A damaged page may hold rows of any key, also those of another page. Where a key leads from above tells: to a row that has
   * nothing between it and the one before.
   */
  #belongs(id: number, before: number): boolean {
    if (id === before + 1) return true
    if (id <= before || !Number.isSafeInteger(id)) return false
    const previous = this.#below.get(id) as number | undefined
    return previous === undefined || previous <= before
  }

  /** The first key behind what cannot be read; `null`: none. */
  #firstReadable(after: number): number | null {
    let bad = after
    for (let probe = 1, step = 1; bad + step <= Number.MAX_SAFE_INTEGER; probe += 1) {
      const tried = bad + step
      const found = this.#probe(tried)
      if (found !== 'unreadable') return this.#narrow(bad, tried, found)
      bad = tried
      if (step < PROBE || probe > PROBES) step *= 2
    }
    return null
  }

  #narrow(bad: number, good: number, found: number | null): number | null {
    let result = found
    for (let low = bad, high = good; high - low > 1; ) {
      const middle = Math.floor((low + high) / 2)
      const answer = this.#probe(middle)
      if (answer === 'unreadable') low = middle
      else {
        high = middle
        result = answer
      }
    }
    return result
  }

  /** The first key from here on; `null`: there is none. */
  #probe(from: number): number | null | 'unreadable' {
    try {
      // The whole row: its key may be readable where its columns are not.
      const row = this.#rows.get(from, 1) as [number, ...unknown[]] | undefined
      if (row === undefined) return null
      const [found] = row
      return this.#belongs(found, from - 1) ? found : 'unreadable'
    } catch (error) {
      if (isUnreadable(error)) return 'unreadable'
      throw error
    }
  }
}
