import Sqlite from 'better-sqlite3'
import { asError } from '../../shared/errors.ts'
import { type Database, isUnreadable } from '../../shared/sqlite/open.ts'
import { SEARCH_PREFIX } from './search-index.ts'

/**
 * Tables that grow for as long as a house lives. They are nearly all of a database, and a check reads every page; what is
 * left is checked in milliseconds: accounts, devices, rights, settings.
 */
export const GROWING_TABLES: ReadonlySet<string> = new Set([
  'events',
  'messages',
  'reading_index',
  'reading_rollups',
  'readings',
  'rejected_messages',
  'sessions',
  'sync_changes',
  'turns',
])

/** What damage there is in the tables that do not grow; `null`: none. */
export function damageOfSmallTables(db: Database): string | null {
  return firstFound(db, () => {
    const tables = db
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '${SEARCH_PREFIX}*'`)
      .pluck()
      .all() as string[]
    return ['sqlite_schema', ...tables.filter((name) => !GROWING_TABLES.has(name))].map(
      (name) => `quick_check('${name}')`,
    )
  })
}

/** What damage there is in one table and its indexes; `null`: none. */
export function damageOfTable(db: Database, table: string): string | null {
  return firstFound(db, () => [`quick_check('${table}')`])
}

/** What damage there is anywhere; `null`: none. Reads the whole file, but not whether indexes say what their tables say. */
export function damageOf(db: Database): string | null {
  return firstFound(db, () => ['quick_check(1)'])
}

/** The same with the indexes' content. Takes several times as long. */
export function damageOrContradictionOf(db: Database): string | null {
  return firstFound(db, () => ['integrity_check(1)'])
}

/** What damage there is in a database that another thread or process may have open and write to. */
export function damageOfFile(file: string): string | null {
  // Who may not write cannot take its log away when it is the last to close.
  const db = new Sqlite(file, { readonly: true, fileMustExist: true })
  try {
    return damageOf(db)
  } finally {
    db.close()
  }
}

function firstFound(db: Database, checks: () => string[]): string | null {
  try {
    for (const check of checks()) {
      const found = String(db.pragma(check, { simple: true }))
      // SQLite asks the virtual tables last: what it says of them first is all it says. Theirs is derived and made anew.
      if (found !== 'ok' && !/\bfts5\b/i.test(found))
        return found.split('\n').find((line) => !line.startsWith('***')) ?? found
    }
    return null
  } catch (error) {
    if (isUnreadable(error)) return asError(error).message
    throw error
  }
}
