import * as schema from '../../drizzle/sqlite/schema.ts'
import { core } from './drizzle.ts'
import { declarationOf, type NamedRow, type TableKind } from './synced-table.ts'

/** A column whose value is the key of a row of another table, and what becomes of its own row when that one is erased. */
export interface NamingColumn extends NamedRow {
  /** Where the column is. */
  in: ErasedTable
  column: string
}

export interface ErasedTable {
  name: string
  kind: TableKind
  key: string
}

/** Every column of this database that names a row, by foreign key or by declaration. */
export function namingColumns(): NamingColumn[] {
  return Object.values(schema).flatMap((table) => {
    const { name, kind, key, named } = declarationOf(table)
    const found = new Map<string, NamedRow>()
    for (const foreign of core.getTableConfig(table as Parameters<typeof core.getTableConfig>[0]).foreignKeys) {
      const { columns, foreignTable } = foreign.reference()
      // A row that must not be without another one is not removed for it: personas stay.
      if (!columns[0] || !['cascade', 'set null'].includes(foreign.onDelete ?? '')) continue
      const target = core.getTableConfig(foreignTable).name
      found.set(columns[0].name, { table: target, owned: foreign.onDelete === 'cascade' })
    }
    for (const [column, row] of named) found.set(column, row)
    return [...found].map(([column, row]) => ({ ...row, column, in: { name, kind, key } }))
  })
}

/** The tables of those that can be erased, by the word that people use. */
export const ERASED = { device: 'devices', user: 'users' } as const
export type ErasedKind = keyof typeof ERASED
