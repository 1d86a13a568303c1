import type { CatalogueTable, PostgresColumn } from './catalogue.ts'
import { addCheck, addColumn, addReference, createIndex, createTable } from './ddl.ts'
import type { LiveTable } from './live-catalogue.ts'

/** One difference between the declarations and the database. */
export interface Difference {
  /** In plain words: what is missing, or what is otherwise. */
  words: string
  /** The statements that add what is missing; `null` where something must be changed by hand. */
  ddl: string[] | null
}

/**
 * What the database lacks of the declared tables, or has otherwise. What it has beyond them stays, and is no difference:
 * houses of other versions may use it.
 */
export function compareCatalogue(wanted: CatalogueTable[], live: LiveTable[]): Difference[] {
  const found = new Map(live.map((table) => [table.name, table]))
  return wanted.flatMap((table) => {
    const there = found.get(table.name)
    return there === undefined
      ? [{ words: `the table ${table.name} is missing`, ddl: createTable(table) }]
      : compareTable(table, there)
  })
}

function compareTable(wanted: CatalogueTable, live: LiveTable): Difference[] {
  const { name } = wanted
  const missing = (what: string, ...ddl: string[]): Difference => ({ words: `${name}: ${what} is missing`, ddl })
  const differs = (what: string): Difference => ({ words: `${name}: ${what}`, ddl: null })
  return [
    ...(live.kind === wanted.kind ? [] : [differs(`its kind is ${live.kind}, declared is ${wanted.kind}`)]),
    ...(live.keyColumn === wanted.keyColumn ? [] : [differs(`its key is ${live.keyColumn}`)]),
    ...(live.partition === wanted.partition ? [] : [differs(`it is partitioned by ${live.partition}`)]),
    ...(same(live.primaryKey, wanted.primaryKey) ? [] : [differs(`its primary key is (${live.primaryKey})`)]),
    ...wanted.columns.flatMap((column) => {
      const there = live.columns.find((other) => other.name === column.name)
      if (there === undefined) return [missing(`the column ${column.name}`, ...addColumn(name, column))]
      return sameColumn(column, there) ? [] : [differs(`the column ${column.name} is ${JSON.stringify(there)}`)]
    }),
    ...wanted.indexes.flatMap((index) => {
      const there = live.indexes.find((other) => other.name === index.name)
      if (there === undefined) return [missing(`the index ${index.name}`, createIndex(name, index))]
      return there.method === index.method && same(there.columns, index.columns)
        ? []
        : [differs(`the index ${index.name} is over (${there.columns})`)]
    }),
    ...wanted.checks.flatMap((check) =>
      live.checks.some((other) => other.name === check.name)
        ? []
        : [missing(`the check ${check.name}`, addCheck(name, check))],
    ),
    ...wanted.references.flatMap((reference) => {
      const there = live.references.find((other) => other.column === reference.column)
      if (there === undefined) return [missing(`the reference ${reference.column}`, addReference(name, reference))]
      return there.table === reference.table &&
        there.owned === reference.owned &&
        there.epochColumn === reference.epochColumn
        ? []
        : [differs(`the reference ${reference.column} goes to ${there.table}, owned: ${there.owned}`)]
    }),
  ]
}

const LONG_NAMES = new Map([['timestamp with time zone', 'timestamptz']])

function sameColumn(wanted: PostgresColumn, live: PostgresColumn): boolean {
  return (
    (LONG_NAMES.get(live.type) ?? live.type) === wanted.type &&
    live.notNull === wanted.notNull &&
    plainDefault(live.default) === plainDefault(wanted.default)
  )
}

/** Postgres adds the type: `'{}'::jsonb`. */
function plainDefault(sql: string | null): string | null {
  return sql === null ? null : sql.replace(/::[a-z ]+$/, '').replace(/^'(-?[\d.]+)'$/, '$1')
}

function same(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((value, place) => value === b[place])
}
