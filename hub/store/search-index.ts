import type { Database } from '../../shared/sqlite/open.ts'
import type { Searched, TableDeclaration } from './synced-table.ts'

/**
 * What everything begins with that belongs to searching: virtual tables, what SQLite keeps below them, triggers, state. All of it
 * is derived: it is in no migration, no declaration and no backup, and is made when the database is opened.
 */
export const SEARCH_PREFIX = 'search_'

/** How far each index is: `filled_to` is the key of the last row that was filled in, `NULL` once all are. */
const STATE =
  'CREATE TABLE IF NOT EXISTS search_state (table_name TEXT PRIMARY KEY, filled_to TEXT, is_filled INTEGER NOT NULL DEFAULT 0, ' +
  'rebuild INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID'

const TOKENIZERS = {
  words: 'porter unicode61 remove_diacritics 2',
  anywhere: 'trigram remove_diacritics 1',
} as const satisfies Record<Searched['by'], string>

/** A full-text index over columns of a table. https://sqlite.org/fts5.html */
export interface SearchIndex {
  /** The table whose rows are found. */
  table: string
  /** Its key column. */
  key: string
  by: Searched['by']
  columns: readonly string[]
  /** The virtual table. It keeps no text: `INSERT INTO search_x (search_x, rowid, …) VALUES ('delete', …)` needs the old one. */
  name: string
  /**
   * Numbers the rows of a table with text keys, because a rowid may be another after VACUUM. `null`: the key is a number. A row is
   * in the index when it has one here, or in `docsize`.
   */
  keys: string | null
  /** What SQLite keeps of each row in the index, by its number. */
  docsize: string
}

/** The indexes of all tables that are searched. */
export function searchIndexes(declarations: readonly TableDeclaration[]): SearchIndex[] {
  return declarations.flatMap(({ name: table, kind, key, searched }) => {
    if (searched === null) return []
    const name = `${SEARCH_PREFIX}${table}`
    const keys = kind === 'append' || kind === 'append_marks' ? null : `${name}_keys`
    return [{ table, key, ...searched, name, keys, docsize: `${name}_docsize` }]
  })
}

/**
 * Makes the search indexes equal to the declarations. One that is made is empty, `fillStep` fills it; one that is there and was
 * declared otherwise is made anew, and with `anew` each is.
 */
export function installSearch(db: Database, declarations: readonly TableDeclaration[], { anew = false } = {}): void {
  const wanted = searchIndexes(declarations)
  const sqlOf = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck()
  db.transaction(() => {
    db.exec(STATE)
    const present = db.prepare('SELECT table_name FROM search_state').pluck().all() as string[]
    for (const table of present) if (!wanted.some((index) => index.table === table)) drop(db, table)
    for (const index of wanted) {
      if (anew || sqlOf.get(index.name) !== virtualTable(index)) makeAnew(db, index)
      else installTriggersOf(db, index)
    }
  }).immediate()
}

/** Throws the index away and makes an empty one, to be filled. */
export function makeAnew(db: Database, index: SearchIndex): void {
  drop(db, index.table)
  db.exec(virtualTable(index))
  // A row that is removed takes its words out of the index at once, and not when segments are merged one day.
  db.exec(`INSERT INTO ${index.name} (${index.name}, rank) VALUES ('secure-delete', 1)`)
  if (index.keys !== null)
    db.exec(`CREATE TABLE ${index.keys} (id INTEGER PRIMARY KEY, row_key TEXT NOT NULL UNIQUE) STRICT`)
  db.prepare('INSERT INTO search_state (table_name) VALUES (?)').run(index.table)
  installTriggersOf(db, index)
}

function drop(db: Database, table: string): void {
  const name = `${SEARCH_PREFIX}${table}`
  for (const event of ['insert', 'update', 'delete']) db.exec(`DROP TRIGGER IF EXISTS ${name}_${event}`)
  db.exec(`DROP TABLE IF EXISTS ${name}; DROP TABLE IF EXISTS ${name}_keys`)
  db.prepare('DELETE FROM search_state WHERE table_name = ?').run(table)
}

function virtualTable({ name, columns, by }: SearchIndex): string {
  return `CREATE VIRTUAL TABLE ${name} USING fts5 (${columns.join(', ')}, content='', tokenize='${TOKENIZERS[by]}')`
}

/**
 * They keep the index true in the transaction that changes the row, whoever changes it. A row that is not filled in yet is left
 * alone: taking words out that were never put in would damage the index.
 */
function searchTriggers(index: SearchIndex): { name: string; sql: string }[] {
  const { table, key, name, columns, keys, docsize } = index
  const number = (row: 'NEW' | 'OLD') =>
    keys === null ? `${row}."${key}"` : `(SELECT id FROM ${keys} WHERE row_key = ${row}."${key}")`
  const values = (row: 'NEW' | 'OLD') => columns.map((column) => `${row}."${column}"`).join(', ')
  const list = columns.join(', ')
  const add = `INSERT INTO ${name} (rowid, ${list}) VALUES (${number('NEW')}, ${values('NEW')});`
  const take = `INSERT INTO ${name} (${name}, rowid, ${list}) VALUES ('delete', ${number('OLD')}, ${values('OLD')});`
  const addKey = keys === null ? '' : `INSERT INTO ${keys} (row_key) VALUES (NEW."${key}");`
  const takeKey = keys === null ? '' : `DELETE FROM ${keys} WHERE row_key = OLD."${key}";`
  const isIn =
    keys === null
      ? `EXISTS (SELECT 1 FROM ${docsize} WHERE id = OLD."${key}")`
      : `EXISTS (SELECT 1 FROM ${keys} WHERE row_key = OLD."${key}")`
  const changed = columns.map((column) => `OLD."${column}" IS NOT NEW."${column}"`).join(' OR ')
  const trigger = (event: string, on: string, body: string) => ({
    name: `${name}_${event}`,
    sql: `CREATE TRIGGER ${name}_${event} AFTER ${on} BEGIN ${body} END`,
  })
  return [
    trigger('insert', `INSERT ON "${table}"`, `${addKey} ${add}`),
    trigger('update', `UPDATE OF ${list} ON "${table}" WHEN ${isIn} AND (${changed})`, `${take} ${add}`),
    trigger('delete', `DELETE ON "${table}" WHEN ${isIn}`, `${take} ${takeKey}`),
  ]
}

function installTriggersOf(db: Database, index: SearchIndex): void {
  const sqlOf = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?").pluck()
  for (const { name, sql } of searchTriggers(index)) {
    if (sqlOf.get(name) === sql) continue
    db.exec(`DROP TRIGGER IF EXISTS ${name}`)
    db.exec(sql)
  }
}
