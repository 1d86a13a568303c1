import * as schema from '../../drizzle/sqlite/schema.ts'
import type { CentralReference, CentralTable } from './central-shape.ts'
import type { ColumnKind, ColumnMark } from './columns.ts'
import { core } from './drizzle.ts'
import {
  type AnyTable,
  DECIMAL_CHECK,
  declarationOf,
  type NamedRow,
  type TableDeclaration,
  type TableKind,
} from './synced-table.ts'

const TYPES: Record<Exclude<ColumnKind, 'decimal'>, string> = {
  text: 'text',
  integer: 'bigint',
  real: 'double precision',
  flag: 'boolean',
  json: 'jsonb',
  time: 'timestamptz',
  blob: 'bytea',
}

/** Every table that leaves the house, in the order of its declaration. */
export function centralTables(): CentralTable[] {
  const tables = Object.values(schema)
  const kinds = new Map(tables.map((table) => [declarationOf(table).name, declarationOf(table).kind]))
  return tables.flatMap((table) => {
    const declaration = declarationOf(table)
    return declaration.kind === 'local' ? [] : [centralTable(table, kinds)]
  })
}

/** What central keeps of a declared table. `kinds`: of all tables by name, which its references go to. */
export function centralTable(table: AnyTable, kinds: ReadonlyMap<string, TableKind>): CentralTable {
  const declaration = declarationOf(table)
  const { name, kind, key, partition, purgedBy } = declaration
  const config = core.getTableConfig(table as Parameters<typeof core.getTableConfig>[0])
  const travels = new Map([...declaration.columns].filter(([, mark]) => !mark.secret && !mark.volatile))
  const defaults = new Map(config.columns.map((column) => [column.name, column.default]))
  return {
    name,
    kind: kind as CentralTable['kind'],
    key,
    partition,
    purgedBy,
    columns: [...travels].map(([column, mark]) => ({
      name: column,
      kind: mark.kind,
      type: typeOf(mark),
      default: defaultOf(defaults.get(column)),
      caseless: mark.caseless,
      ...(mark.digits ? { digits: mark.digits } : {}),
    })),
    references: referencesOf(config.foreignKeys, { declaration, travels, kinds }),
    checks: config.checks
      .filter((check) => !check.name.startsWith(DECIMAL_CHECK))
      .map((check) => ({ name: check.name, sql: plainSql(check.value) })),
    indexes: [
      ...indexesOf(config.indexes, travels),
      ...[...declaration.centralIndexes].map(([index, columns]) => ({ name: index, columns: [...columns] })),
    ],
    uniques: indexesOf(
      config.indexes.filter(({ config: { unique } }) => unique),
      travels,
    ),
  }
}

function typeOf({ kind, digits }: ColumnMark): string {
  if (kind !== 'decimal') return TYPES[kind]
  if (!digits) throw new Error('a decimal has digits')
  return `numeric(${digits.precision},${digits.scale})`
}

/** By foreign key or by name, in the order of the columns. */
function referencesOf(
  keys: ReturnType<typeof core.getTableConfig>['foreignKeys'],
  {
    declaration,
    travels,
    kinds,
  }: { declaration: TableDeclaration; travels: ReadonlyMap<string, unknown>; kinds: ReadonlyMap<string, TableKind> },
): CentralReference[] {
  const found = new Map<string, NamedRow>()
  for (const key of keys) {
    const { columns, foreignTable } = key.reference()
    if (columns[0])
      found.set(columns[0].name, { table: core.getTableConfig(foreignTable).name, owned: key.onDelete === 'cascade' })
  }
  for (const [column, named] of declaration.named) found.set(column, named)
  return [...travels.keys()].flatMap((column) => {
    const row = found.get(column)
    if (row === undefined) return []
    const kind = kinds.get(row.table)
    if (kind === undefined)
      throw new Error(`${declaration.name}.${column} names a row of ${row.table}, which is no table`)
    const append = kind === 'append' || kind === 'append_marks'
    return [{ column, ...row, epochColumn: append ? `${column.replace(/_id$/, '')}_epoch` : null }]
  })
}

function indexesOf(
  indexes: ReturnType<typeof core.getTableConfig>['indexes'],
  travels: ReadonlyMap<string, unknown>,
): CentralTable['indexes'] {
  return indexes.flatMap(({ config: index }) => {
    const columns = index.columns.map((column) => ('name' in column ? column.name : ''))
    return columns.every((column) => travels.has(column)) ? [{ name: index.name, columns }] : []
  })
}

function defaultOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return plainSql(value)
}

/** The text of an expression that was written as plain SQL. */
function plainSql(value: unknown): string {
  const chunks = (value as { queryChunks?: { value?: unknown }[] }).queryChunks ?? []
  const text = chunks.map((chunk) => (Array.isArray(chunk.value) ? chunk.value.join('') : '')).join('')
  if (text === '') throw new Error('a default or check of a synced table is not plain SQL')
  return text
}
