import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../../shared/sqlite/open.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/documents')
const read = (file: string): unknown => JSON.parse(readFileSync(join(FIXTURES, file), 'utf8'))

/** Names alone: document, table, columns. */
export const INVENTORY = read('inventory.json') as Record<string, Record<string, string[]>>
/** The same with types as the documents give them: `varchar(50)! ='UTC'` is NOT NULL with a default. */
export const COLUMNS = read('columns.json') as Record<string, Record<string, Record<string, string>>>
/** Keys and indexes by their number. After the table: its columns, and of a foreign key the table it goes to. */
export const KEYS = read('keys.json') as [
  id: string,
  kind: 'foreign key' | 'unique' | 'index',
  table: string,
  ...string[],
][]

interface LiveColumn {
  name: string
  type: string
  notnull: number
  dflt_value: string | null
  pk: number
}

/** How a database differs from what the documents say, in the words of the decision. */
export function deviations(db: Database): string[] {
  return [...columnDeviations(db), ...keyDeviations(db)]
}

/** Tables and views of the database. */
export function builtTables(db: Database): Set<string> {
  return new Set(db.prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')").pluck().all() as string[])
}

function columnDeviations(db: Database): string[] {
  const built = builtTables(db)
  return Object.entries(COLUMNS).flatMap(([document, tables]) =>
    Object.entries(tables)
      .filter(([table]) => built.has(table))
      .flatMap(([table, columns]) =>
        Object.entries(columns).flatMap(([column, said]) =>
          compare(db, { table, column, said }).map((how) => `${document} ${table}.${column} ${how}`),
        ),
      ),
  )
}

function compare(db: Database, { table, column, said }: { table: string; column: string; said: string }): string[] {
  const own = liveColumn(db, table, column)
  const live = own ?? liveColumn(db, `${table}_compat`, column)
  if (live === undefined) return ['absent']
  const found = [...(fits(said, live.type, column) ? [] : ['type'])]
  // Of a view SQLite knows no more than names, and the types of plain columns.
  if (own === undefined || !isTable(db, table)) return found
  const wanted = parsed(said)
  const isNullable = live.notnull === 0 && live.pk === 0
  if (wanted.notNull && isNullable) found.push('nullable')
  // A column that has a default is never null here: who leaves it out gets that.
  if (!wanted.notNull && !isNullable && wanted.default === null) found.push('not null')
  if (wanted.default !== null && plain(live.dflt_value) !== wanted.default) found.push('default')
  return found
}

/** What the engine fills in, whose clock and ids come from outside. */
const FILLED_IN = new Set(['now', 'uuid'])

function parsed(said: string): { notNull: boolean; default: string | null } {
  const [, text = ''] = / =(.*)$/.exec(said) ?? []
  const isFilledIn = FILLED_IN.has(text)
  return {
    notNull: /^[^=]*!/.test(said) || / PK/.test(said) || isFilledIn,
    default: text === '' || isFilledIn ? null : plain(text),
  }
}

/** `'UTC'`, UTC, true and 1, 1.0 and 1 as one. */
function plain(value: string | null): string | null {
  if (value === null) return null
  const bare = value
    .replace(/^'(.*)'$/, '$1')
    .replace(/^true$/, '1')
    .replace(/^false$/, '0')
  return /^-?\d+(\.\d+)?$/.test(bare) ? String(Number(bare)) : bare
}

const KEPT_AS: [type: RegExp, sqlite: string][] = [
  [/^(varchar|text|enum|json|uuid|inet|decimal)/, 'TEXT'],
  [/^(float|double)/, 'REAL'],
  [/^(integer|boolean|timestamp|big)/, 'INTEGER'],
]

function fits(said: string, live: string, column: string): boolean {
  // Keys follow the kind of their table.
  if (/^id$|_id$/.test(column) && (live === 'TEXT' || live === 'INTEGER')) return true
  return live === '' || KEPT_AS.some(([type, sqlite]) => type.test(said) && sqlite === live)
}

function liveColumn(db: Database, table: string, column: string): LiveColumn | undefined {
  return db.prepare('SELECT * FROM pragma_table_xinfo(?) WHERE name = ?').get(table, column) as LiveColumn | undefined
}

function isTable(db: Database, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined
}

function keyDeviations(db: Database): string[] {
  const built = builtTables(db)
  return KEYS.filter(([, , table]) => built.has(table))
    .filter(([, kind, table, ...rest]) => !has(db, { kind, table, rest }))
    .map(([id, kind, table, ...rest]) =>
      kind === 'foreign key' ? `${id} ${table}.${rest[0]} ${kind}` : `${id} ${table}(${rest.join(', ')}) ${kind}`,
    )
}

function has(db: Database, { kind, table, rest }: { kind: string; table: string; rest: string[] }): boolean {
  if (kind === 'foreign key') {
    const [column, target] = rest
    const sql = 'SELECT 1 FROM pragma_foreign_key_list(?) WHERE "from" = ? AND "table" = ?'
    return db.prepare(sql).get(table, column, target) !== undefined
  }
  const indexes = db.prepare('SELECT name, "unique" AS isUnique FROM pragma_index_list(?)').all(table) as {
    name: string
    isUnique: number
  }[]
  return indexes.some(({ name, isUnique }) => {
    const columns = db.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno').pluck().all(name)
    const begins = rest.every((column, place) => columns[place] === column)
    return kind === 'index' ? begins : begins && isUnique === 1 && columns.length === rest.length
  })
}
