import type { Database } from '../../../shared/sqlite/open.ts'
import type { CentralTable } from '../../store/central-shape.ts'
import { type Holder, holdersOf } from './unique-keys.ts'

type Values = ReadonlyMap<string, string | number | null>

/** A change of a row that is here, which waits for a unique key of another row. */
export interface WaitingEdit<V extends Values = Values> {
  scope: string
  table: CentralTable
  key: string
  row: string
  values: V
  holders: Holder[]
}

/**
 * Edits that wait for nothing but one another: whoever holds a unique key that one of them wants is among them, and gives it
 * up. A house that was away hears only how each row is now, so no order of them would do. `read` makes values of a row's text
 * and may throw.
 */
export function waitingEdits<V extends Values>(
  db: Database,
  tables: ReadonlyMap<string, CentralTable>,
  read: (table: CentralTable, row: string) => V,
): WaitingEdit<V>[] {
  const refused = db.prepare('SELECT scope, table_name, row_key, row FROM managed_rows WHERE refused IS NOT NULL').all()
  let edits = (refused as { scope: string; table_name: string; row_key: string; row: string }[]).flatMap((known) => {
    const { scope, row_key: key, row } = known
    const table = tables.get(known.table_name)
    if (table === undefined || table.uniques.length === 0 || !isHere(db, table, { key, scope })) return []
    const values = readable(() => read(table, row))
    return values === null ? [] : [{ scope, table, key, row, values, holders: holdersOf(db, table, values) }]
  })
  for (;;) {
    const among = new Set(edits.map(({ table, key }) => `${table.name}\n${key}`))
    const left = edits.filter(
      ({ table, holders }) => holders.length > 0 && holders.every(({ key }) => among.has(`${table.name}\n${key}`)),
    )
    if (left.length === edits.length) return edits
    edits = left
  }
}

function isHere(db: Database, table: CentralTable, { key, scope }: { key: string; scope: string }): boolean {
  return (
    db
      .prepare(`SELECT 1 FROM "${table.name}" WHERE "${table.key}" = ? AND managed_by = 'central' AND scope = ?`)
      .get(key, scope) !== undefined
  )
}

function readable<V>(read: () => V): V | null {
  try {
    return read()
  } catch {
    return null // refused for what it says, and not for who has its key
  }
}
