import { type CentralTable, isAppend } from '../../../hub/store/central-shape.ts'
import { declarations } from '../../../hub/store/declarations.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { rows, TABLES } from './house-with-central.ts'

/** What stands in columns that must never leave the house. */
export const CANARY = 'canary-7f3a'
export const CANARY_TIME = 1_234_567_891_234
const EACH = 6

const TEXTS = [
  'plain',
  'tab\tnewline\nreturn\rbackslash\\ \\N \\. \\t \\x41',
  'ünïcödé 漢字 🏠👩‍👩‍👧 \u2028\u0085\u00a0',
  '',
  `quotes ' " ; -- $1 {}`,
  '\\N',
]
const JSONS = [
  {},
  { text: 'tab\t newline\n backslash\\ quote" 🏠', list: [1, -0.5, 1e308, 0.1, null, true, []] },
  [],
  'just a text',
  { 'a\\b\tc': { deep: [{ deeper: '\u001f' }] } },
  0,
]
const REALS = [0, 1e308, 0.1, -1.5e-300, 5e-324, 123_456_789.123_456_78]
const INTEGERS = [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 42, 7]
const TIMES = [0, -1, 1_700_000_000_123, 253_402_300_799_999, -62_135_596_800_000, 1_766_000_000_000]

/** The order in which a module exports its tables is not the same everywhere. */
export const SORTED = [...TABLES].sort((a, b) => (a.name < b.name ? -1 : 1))

/** The key of the n-th row that `fillHouse` makes. */
function keyOf(table: CentralTable, n: number): string | number {
  return isAppend(table) ? n + 1 : `${table.name}-${n}\t\\${n}🏠`
}

/** Puts rows with every kind of value into every table that leaves the house. The same at each call, on any day. */
export function fillHouse(db: Database): void {
  const marks = new Map(declarations().map((declaration) => [declaration.name, declaration.columns]))
  db.pragma('foreign_keys = OFF')
  for (const table of SORTED) {
    const facts = db.pragma(`table_info("${table.name}")`) as { name: string; notnull: number }[]
    const unique = db
      .prepare(
        `SELECT DISTINCT c.name FROM pragma_index_list('${table.name}') l, pragma_index_info(l.name) c WHERE l."unique" = 1`,
      )
      .pluck()
      .all() as string[]
    for (let n = 0; n < EACH; n++) {
      const row = new Map<string, string | number | null>()
      for (const { name, notnull } of facts) {
        const mark = marks.get(table.name)?.get(name)
        if (!mark) throw new Error(`${table.name}.${name} is not declared`)
        if (name === 'managed_by') row.set(name, 'site')
        else if (name === table.key) row.set(name, isAppend(table) ? null : keyOf(table, n))
        else if (mark.secret || mark.volatile)
          row.set(name, ['time', 'integer'].includes(mark.kind) ? CANARY_TIME : `"${CANARY}"`)
        else if (n === 3 && notnull === 0) row.set(name, null)
        else row.set(name, columnValue(table, name, { n, kind: mark.kind, unique: unique.includes(name) }))
      }
      const names = [...row.keys()].map((name) => `"${name}"`)
      db.prepare(`INSERT INTO "${table.name}" (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
        ...row.values(),
      )
    }
  }
  db.pragma('foreign_keys = ON')
}

function columnValue(
  table: CentralTable,
  name: string,
  { n, kind, unique }: { n: number; kind: string; unique: boolean },
): string | number {
  const target = table.references.find(({ column }) => column === name)?.table
  const parent = TABLES.find((other) => other.name === target)
  if (parent) return keyOf(parent, n)
  const bound = table.checks.some(({ sql }) => sql.includes(name))
  switch (kind) {
    case 'flag':
      return n % 2
    case 'real':
      return bound ? ([0, 0.1, 1][n % 3] ?? 0) : (REALS[n] ?? 0)
    case 'integer':
      return INTEGERS[n] ?? 0
    case 'time':
      return TIMES[n] ?? 0
    case 'json':
      return JSON.stringify(JSONS[n])
    default:
      return unique ? `${n} ${TEXTS[n]}` : (TEXTS[n] ?? '')
  }
}

export type PlainRow = Record<string, unknown>

/** Rows of one table as this house has them, JSON read. */
export function rowsHere(db: Database, { name, key, columns }: CentralTable): PlainRow[] {
  const found = db
    .prepare(`SELECT ${columns.map((column) => `"${column.name}"`).join(', ')} FROM "${name}" ORDER BY "${key}"`)
    .all() as PlainRow[]
  return found.map((row) =>
    Object.fromEntries(
      columns.map(({ name: column, kind }) => {
        const value = row[column]
        return [column, kind === 'json' && typeof value === 'string' ? JSON.parse(value) : value]
      }),
    ),
  )
}

/** The same rows at central, without those that are marked deleted, in the hub's types. */
export async function rowsThere(
  admin: string,
  site: string,
  { name, key, columns, kind }: CentralTable,
): Promise<PlainRow[]> {
  const select = columns.map(({ name: column, kind: of }) =>
    of === 'time'
      ? `round(extract(epoch FROM "${column}") * 1000)::double precision AS "${column}"`
      : of === 'flag'
        ? `"${column}"::integer AS "${column}"`
        : of === 'integer'
          ? `"${column}"::double precision AS "${column}"`
          : `"${column}"`,
  )
  const alive = kind === 'mutable' || kind === 'down' ? 'AND deleted_at IS NULL' : ''
  return rows(
    admin,
    `SELECT ${select.join(', ')} FROM lares."${name}" WHERE site_id = $1 ${alive} ORDER BY "${key}" ${key === 'id' && kind.startsWith('append') ? '' : 'COLLATE "C"'}`,
    [site],
  )
}

/** Everything that central keeps, as text. */
export async function textOf(admin: string): Promise<string> {
  const tables = await rows<{ name: string }>(
    admin,
    "SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'lares'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition",
  )
  const texts = []
  for (const { name } of tables) {
    const [{ text }] = (await rows(admin, `SELECT string_agg(t::text, ' ') AS text FROM lares."${name}" t`)) as [
      { text: string | null },
    ]
    texts.push(text ?? '')
  }
  return texts.join('\n')
}
