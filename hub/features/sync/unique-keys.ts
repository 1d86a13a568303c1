import type { Database } from '../../../shared/sqlite/open.ts'
import type { CentralTable } from '../../store/central-shape.ts'

/** A row that has a unique key which another one is to have. */
export interface Holder {
  key: string
  managedBy: string
  scope: string | null
  /** The columns of the unique key, and what stands in them. */
  columns: string[]
  words: string
}

/** The rows, other than the one these values belong to, that have one of its unique keys. */
export function holdersOf(db: Database, table: CentralTable, values: ReadonlyMap<string, unknown>): Holder[] {
  return table.uniques.flatMap(({ columns }) => {
    const wanted = columns.map((column) => values.get(column) ?? null)
    // NULL is unlike every other one.
    if (wanted.includes(null)) return []
    const row = db
      .prepare(
        `SELECT "${table.key}" AS key, managed_by, scope FROM "${table.name}" ` +
          `WHERE ${columns.map((column) => `"${column}" = ?`).join(' AND ')} AND "${table.key}" <> ?`,
      )
      .get(...wanted, values.get(table.key)) as { key: string; managed_by: string; scope: string | null } | undefined
    if (row === undefined) return []
    const words = columns.map((column, at) => `${table.name}.${column} ${String(wanted[at])}`).join(' with ')
    return [{ key: row.key, managedBy: row.managed_by, scope: row.scope, columns, words }]
  })
}

/**
 * Takes a unique key from a row, which stays and says what it was: `anna@example.org (u-anna)`. Nobody can enter such an
 * address, so nobody is mistaken for it.
 */
export function stepAside(db: Database, table: CentralTable, { key, columns }: Pick<Holder, 'key' | 'columns'>): void {
  const texts = columns.filter((name) => table.columns.some((column) => column.name === name && column.kind === 'text'))
  const column = texts.at(-1)
  if (column === undefined) throw new Error(`no column of ${table.name} (${columns}) can step aside`)
  db.prepare(
    `UPDATE "${table.name}" SET "${column}" = "${column}" || ' (' || "${table.key}" || ')' WHERE "${table.key}" = ?`,
  ).run(key)
}

/** Why a row of central's cannot have its unique key, in words that name who has it. */
export function heldWords({ key, managedBy, scope, words }: Holder): string {
  const whose = managedBy === 'central' ? `which the scope ${String(scope)} has` : "a row of this house's own"
  return `${words} is that of ${key}, ${whose}`
}
