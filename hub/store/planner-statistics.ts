import type { Database } from '../../shared/sqlite/open.ts'

/** What SQLite takes a table to have that was never analysed: https://sqlite.org/fileformat.html#stat1tab */
const LEAST_ROWS = 1_000_000
/** A reading with its entry in the index takes no less. */
const LEAST_BYTES = 50
/** An estimate that is no further off says the same to the planner, and to `PRAGMA optimize`. */
const NEAR = 4

/**
 * Tells the planner how many readings there are: never that there are few. One that was told of a single reading reads the whole table
 * for each entry of the index, until it is told otherwise the next day, and meanwhile there are thousands. Nor is the table left
 * to `PRAGMA optimize` alone, which counts the rows of a table without indexes one by one as soon as it is ten times as large as it
 * was. Writes only what is another number. Connections that are open know of it when they read the schema again.
 */
export function tellOfReadings(db: Database): void {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get() === undefined) return
  const rows = Math.max(LEAST_ROWS, mostReadings(db))
  const known = Number(
    db.prepare("SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'readings'").pluck().get(),
  )
  if (known >= Math.max(LEAST_ROWS, rows / NEAR) && known <= rows * NEAR) return
  db.transaction(() => {
    db.prepare("DELETE FROM sqlite_stat1 WHERE tbl = 'readings'").run()
    db.prepare("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('readings', NULL, ?)").run(String(rows))
  })()
  db.exec('ANALYZE sqlite_schema')
}

/** No more than there are keys between the first and the last, nor than there is room for. */
function mostReadings(db: Database): number {
  const keys = db.prepare('SELECT (SELECT max(id) FROM readings) - (SELECT min(id) FROM readings) + 1').pluck().get()
  const pages =
    Number(db.pragma('page_count', { simple: true })) - Number(db.pragma('freelist_count', { simple: true }))
  const bytes = pages * Number(db.pragma('page_size', { simple: true }))
  return Math.min(Number(keys), Math.floor(bytes / LEAST_BYTES))
}
