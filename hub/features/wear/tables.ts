import type { WrittenByCause } from '../../engine/write-book.ts'
import { appendId, json, time } from '../../store/columns.ts'
import { syncedTable } from '../../store/synced-table.ts'

/** What the hub wrote to its disk, a row a day: the days are those of UTC, and a row is written again while its day lasts. */
export const wearDays = syncedTable('wear_days', 'local', {
  /** Days since 1970 UTC. */
  id: appendId(),
  /** What is counted of this day began here: at its midnight, or later where the hub did not run. */
  began_at: time().notNull(),
  /** And goes up to here. */
  written_at: time().notNull(),
  written: json<WrittenByCause>().notNull(),
})
