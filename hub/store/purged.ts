import type { Database } from '../../shared/sqlite/open.ts'

const KEY = 'purged'

/**
 * Up to which time rows of each table may have been purged here, by the table's `purgedBy`. What central has from before and
 * this house has no more was not deleted: a comparison of everything leaves it alone.
 */
export type PurgedUpto = Readonly<Record<string, number>>

export function readPurged(db: Database): PurgedUpto {
  const stored = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KEY)
  return typeof stored === 'string' ? (JSON.parse(stored) as PurgedUpto) : {}
}

/** Never goes back: what was purged under a longer setting, or before a clock was set, stays so. */
export function raisePurged(db: Database, upto: PurgedUpto): void {
  const before = readPurged(db)
  const raised = Object.entries(upto).filter(([table, time]) => time > (before[table] ?? 0))
  if (raised.length === 0) return
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KEY, JSON.stringify({ ...before, ...Object.fromEntries(raised) }))
}

/**
 * Removes a row of a mutable table without capture: the trace that its trigger left goes in the same transaction, so central
 * never hears of it. Returns whether there was one.
 */
export function purgeRow(db: Database, table: string, key: string): boolean {
  const removed = db.prepare(`DELETE FROM "${table}" WHERE id = ?`).run(key).changes > 0
  forgetChange(db, table, key)
  return removed
}

/** Takes a row out of the change log. */
export function forgetChange(db: Database, table: string, key: string): void {
  db.prepare('DELETE FROM sync_changes WHERE table_name = ? AND row_key = ?').run(table, key)
}
