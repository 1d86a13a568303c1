import Sqlite from 'better-sqlite3'
import { usePageSize } from '../../shared/sqlite/page-size.ts'
import { GIVEN_KEYS, newestKey } from './append-keys.ts'
import { SEARCH_PREFIX } from './search-index.ts'

export interface CopyChoice {
  /** Tables that are made and left empty. */
  leftOut: ReadonlySet<string>
  /** The query whose rows stand for a table's own. */
  partly: ReadonlyMap<string, string>
}

/** What is derived is not copied: whoever opens the copy makes its search indexes anew. */
export const NOT_DERIVED = `name NOT GLOB '${SEARCH_PREFIX}*'`

export interface SchemaObject {
  type: string
  name: string
  sql: string
}

/**
 * Copies one moment of a database into an empty file, row by row. The source is open for reading only: a connection that may
 * write would move the log into the file, and remove it, when it is the last to close.
 */
export function copyRows(source: string, target: string, choice: CopyChoice): void {
  const from = new Sqlite(source, { readonly: true, fileMustExist: true })
  const to = new Sqlite(target)
  try {
    usePageSize(to)
    to.pragma('auto_vacuum = INCREMENTAL')
    to.pragma('foreign_keys = OFF')
    // The file is synced as a whole before it takes its place.
    to.pragma('synchronous = OFF')
    // Readers of the same log see one moment from the first statement to the last.
    from.transaction(() => to.transaction(() => copyAll(from, to, choice))())()
  } finally {
    to.close()
    from.close()
  }
}

function copyAll(from: Sqlite.Database, to: Sqlite.Database, { leftOut, partly }: CopyChoice): void {
  const objects = from
    .prepare(
      `SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND ${NOT_DERIVED}`,
    )
    .all() as SchemaObject[]
  const tables = objects.filter(({ type }) => type === 'table')
  for (const { sql } of tables) to.exec(sql)
  for (const { name } of tables) {
    if (!leftOut.has(name)) copyTable({ from, to }, name, partly.get(name) ?? `SELECT * FROM "${name}"`)
  }
  for (const { type, sql } of objects) if (type !== 'table') to.exec(sql)
  // Keys of append tables go on from where they were, also for tables whose rows are left out.
  to.exec('DELETE FROM sqlite_sequence')
  copyTable({ from, to }, 'sqlite_sequence', `SELECT * FROM sqlite_sequence`)
  // A database that is copied before it is migrated may not have them yet.
  if (!tables.some(({ name }) => name === 'given_keys')) return
  const keep = to.prepare('INSERT OR REPLACE INTO given_keys (table_name, newest) VALUES (?, ?)')
  for (const name of GIVEN_KEYS) keep.run(name, newestKey(from, name))
}

function copyTable({ from, to }: { from: Sqlite.Database; to: Sqlite.Database }, name: string, query: string): void {
  const select = from.prepare(query).raw()
  const columns = select.columns().map(() => '?')
  const insert = to.prepare(`INSERT INTO "${name}" VALUES (${columns.join(', ')})`)
  for (const row of select.iterate() as Iterable<unknown[]>) insert.run(row)
}
