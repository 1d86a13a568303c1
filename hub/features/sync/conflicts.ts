import { shellWord } from '../../../shared/shell-word.ts'
import type { Store } from '../../engine/context.ts'
import type { CentralTable } from '../../store/central-shape.ts'
import { saidValues, type Values } from './row-values.ts'
import { ownRowsInTheWay } from './yield-place.ts'

/** A row of central's that this house did not take. */
export interface RefusedRow {
  scope: string
  table: string
  key: string
  reason: string
  /** Its text, as it came. */
  row: string
  /** Keys of this house's own rows that are in its way. */
  own: string[]
}

/** The first `limit` rows of central's that this house refused, by scope, table and key; `only`: those of one key. */
export function refusedRows(
  { db, tables: every }: Pick<Store, 'db' | 'tables'>,
  { only, limit = -1 }: { only?: { table: string; key: string }; limit?: number },
): RefusedRow[] {
  const tables = new Map(every.map((table) => [table.name, table]))
  const rows = db
    .prepare(
      'SELECT scope, table_name AS "table", row_key AS key, refused AS reason, row FROM managed_rows WHERE refused IS NOT NULL ' +
        `${only === undefined ? '' : 'AND table_name = ? AND row_key = ? '}ORDER BY 1, 2, 3 LIMIT ?`,
    )
    .all(...(only === undefined ? [] : [only.table, only.key]), limit) as Omit<RefusedRow, 'own'>[]
  return rows.map((refused) => {
    const table = tables.get(refused.table)
    const values = table === undefined ? null : readable(table, refused.row)
    return { ...refused, own: table && values ? ownRowsInTheWay(db, table, values) : [] }
  })
}

/** Who has a unique key is a matter of people: what each of the two has to type to keep it. */
export function settleWords({ scope, table, key, own }: RefusedRow): string {
  const row = `${shellWord(table)} ${shellWord(key)}`
  const there = `at central: ${removeWords({ scope, table, key })}`
  return own.length === 0 ? `mend it ${there}` : `central's: lares sync yield ${row}; this hub's, ${there}`
}

/** What takes the row out at central, as it is typed. */
export function removeWords({ scope, table, key }: Pick<RefusedRow, 'scope' | 'table' | 'key'>): string {
  return ['lares central remove', ...[scope, table, key].map(shellWord)].join(' ')
}

function readable(table: CentralTable, row: string): Values | null {
  try {
    return saidValues(table, row)
  } catch {
    return null // refused for what it says
  }
}
