import type { CentralTable } from '../../store/central-shape.ts'
import { sqliteValue } from './sqlite-value.ts'

/** A row as SQLite keeps it, by column. */
export type Values = Map<string, string | number | null>

/** Columns that the hub fills in itself. */
const OWN = new Set(['managed_by', 'scope'])

/**
 * What a row of central's says, of the columns that this hub knows; the others wait for its next version. Throws when the
 * text is no JSON, or naming a column whose value does not fit.
 */
export function saidValues({ columns }: CentralTable, text: string): Values {
  const row = JSON.parse(text) as Record<string, unknown>
  const values: Values = new Map()
  for (const column of columns) {
    const { name, caseless } = column
    const said = row[name]
    if (OWN.has(name) || said === undefined) continue
    values.set(name, sqliteValue(column, caseless && typeof said === 'string' ? said.toLowerCase() : said))
  }
  return values
}

/**
 * The whole row: what it does not say has its default, also where an earlier row said something. `now` fills the stamps,
 * `null` leaves them out.
 */
export function wholeValues(
  table: CentralTable,
  text: string,
  { defaults, now }: { defaults: Values | undefined; now: number | null },
): Values {
  const values = saidValues(table, text)
  for (const { name } of table.columns) {
    if (OWN.has(name) || values.has(name)) continue
    // A row that is there is active, also one that was taken away before.
    if (name === 'is_active') values.set(name, 1)
    else if (name !== 'created_at' && name !== 'updated_at') values.set(name, defaults?.get(name) ?? null)
    else if (now !== null) values.set(name, now)
  }
  return values
}
