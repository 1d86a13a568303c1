import type { Database } from '../../../shared/sqlite/open.ts'

/**
 * Triggers of this connection alone: whoever edits a row that central manages by mistake fails, whatever the code path.
 * `tables` are those that may have such rows.
 */
export function guardCentralRows(db: Database, tables: Iterable<string>): void {
  makeMark(db)
  for (const name of tables)
    for (const event of ['UPDATE', 'DELETE'])
      db.exec(
        `CREATE TEMP TRIGGER IF NOT EXISTS guard_${name}_${event.toLowerCase()} BEFORE ${event} ON main."${name}" ` +
          "WHEN OLD.managed_by = 'central' AND NOT EXISTS (SELECT 1 FROM central_at_work) " +
          `BEGIN SELECT RAISE(ABORT, 'centrally_managed: ${name}'); END`,
      )
}

/** Runs what may change rows that central manages. */
export function atCentralsWork<T>(db: Database, run: () => T): T {
  makeMark(db)
  db.exec('INSERT INTO central_at_work VALUES (1)')
  try {
    return run()
  } finally {
    db.exec('DELETE FROM central_at_work')
  }
}

function makeMark(db: Database): void {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS central_at_work (yes INTEGER)')
}
