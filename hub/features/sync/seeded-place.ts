import type { Database } from '../../../shared/sqlite/open.ts'
import type { CentralTable } from '../../store/central-shape.ts'
import { isSeeded } from '../../store/seeded.ts'
import { ownRowsInTheWay, type YieldedPlace, yieldPlace } from './yield-place.ts'

type Values = ReadonlyMap<string, unknown>

/**
 * Has rows of this house leave the place of a row of central's, where all that are in its way were seeded and nobody edited
 * them, nor what they belong to: a seeded version of a persona that somebody edited says what the edit began with. `null`: no row
 * is in the way, or one that stays. What calls it undoes it when the row is not taken after all.
 */
export function seededPlace(db: Database, table: CentralTable, values: Values): YieldedPlace | null {
  const own = ownRowsInTheWay(db, table, values)
  if (own.length === 0 || !own.every((key) => givesWay(db, table, key))) return null
  return yieldPlace(db, table, values)
}

function givesWay(db: Database, table: CentralTable, key: string): boolean {
  if (!isSeeded(db, table.name, key)) return false
  const row = db.prepare(`SELECT * FROM "${table.name}" WHERE "${table.key}" = ?`).get(key) as Record<string, unknown>
  return table.references.every(({ column, table: parent }) => {
    const named = row[column]
    return named === null || named === undefined || isBeginning(db, parent, String(named))
  })
}

/** Whether the row is seeded or central's, or of a table in which there are no such rows. */
function isBeginning(db: Database, table: string, key: string): boolean {
  const managed = db.prepare(`SELECT 1 FROM pragma_table_info(?) WHERE name = 'managed_by'`).get(table)
  if (managed === undefined || isSeeded(db, table, key)) return true
  const row = db.prepare(`SELECT managed_by FROM "${table}" WHERE id = ?`).pluck().get(key)
  return row === 'central'
}
