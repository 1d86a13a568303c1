import type { Database } from '../../shared/sqlite/open.ts'

/** By table: the column that says when a row came into being. Those of which keys rise with time. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['events', 'created_at'],
  ['reading_rollups', 'created_at'],
  ['readings', 'received_at'],
  ['rejected_messages', 'received_at'],
])

/** When a row of an append table was stored, in ms; `null` where the table does not say, or the row is not there. */
export function timeOfRow(db: Database, table: string, id: number | null): number | null {
  const column = COLUMNS.get(table)
  if (column === undefined || id === null) return null
  const found = db.prepare(`SELECT "${column}" FROM "${table}" WHERE id = ?`).pluck().get(id) as number | undefined
  return found ?? null
}
