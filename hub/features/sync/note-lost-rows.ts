import type { Database } from '../../../shared/sqlite/open.ts'
import { fetchableKeys, mostAtCentral } from '../../store/fetchable-rows.ts'
import { ROLLUP_STEPS, rollupPosition } from '../../store/rollup-positions.ts'
import type { LostRange } from '../../store/salvage-progress.ts'

/**
 * Writes down of which lost rows central is to be asked. Returns how many it may have, at most: 0 where there is none, or where it
 * has none of them.
 */
export function noteLostRows(db: Database, lost: readonly LostRange[]): number {
  const note = db.prepare(
    'INSERT INTO lost_rows (table_name, first, upto, position, rollup_5m, rollup_1h) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const rolledUp = ROLLUP_STEPS.map(({ key }) => rollupPosition(db, key).upto)
  for (const { table, after, upto } of fetchableKeys(db, lost))
    note.run(table, after, upto, after, ...(table === 'readings' ? rolledUp : [null, null]))
  return mostAtCentral(db, lost)
}
