import type { Database } from '../../../../shared/sqlite/open.ts'

/**
 * Bytes of the database for each reading that is in it: pages of the table and of what finds its rows, whatever the layout calls
 * that, with what is free in them. Series and rollups are counted by the sensor and the hour, not by the reading.
 */
export function bytesPerReading(db: Database): number {
  const bytes = db
    .prepare(
      "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE aggregate = TRUE AND name LIKE '%reading%' " +
        "AND name NOT LIKE '%reading\\_series%' ESCAPE '\\' AND name NOT LIKE '%reading\\_rollups%' ESCAPE '\\'",
    )
    .pluck()
    .get()
  return Number(bytes) / Number(db.prepare('SELECT count(*) FROM readings').pluck().get())
}
