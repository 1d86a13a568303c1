import type { Database } from '../../../shared/sqlite/open.ts'
import { acknowledgedUpto, readStreams, readSyncIdentity } from '../../engine/sync-memory.ts'

/** `off`: no central is set; `refused`: central's database would not take it, for `reason`. */
export interface AtCentral {
  state: 'off' | 'waits' | 'there' | 'refused' | 'given_up'
  /** Rows of its table that go before it, itself among them; 0 where nothing waits, `null` where nobody counts them. */
  rows_before: number | null
  reason: string | null
}

/** How far a row that is added and never changed is on its way to central. */
export function addedAtCentral(db: Database, table: string, key: number): AtCentral {
  const identity = readSyncIdentity(db)
  const upto = acknowledgedUpto({ identity, streams: readStreams(db) }, table)
  if (upto === null) return { state: 'off', rows_before: null, reason: null }
  if (key > upto) return { state: 'waits', rows_before: key - upto, reason: null }
  return refused(db, table, String(key)) ?? { state: 'there', rows_before: 0, reason: null }
}

/** The same for a row that may change: every change of it goes there anew. */
export function changedAtCentral(db: Database, table: string, key: string): AtCentral {
  if (readSyncIdentity(db).site === null) return { state: 'off', rows_before: null, reason: null }
  const waits = db.prepare('SELECT 1 FROM sync_changes WHERE table_name = ? AND row_key = ?').get(table, key)
  if (waits !== undefined) return { state: 'waits', rows_before: null, reason: null }
  return refused(db, table, key) ?? { state: 'there', rows_before: 0, reason: null }
}

function refused(db: Database, table: string, key: string): AtCentral | null {
  const held = db
    .prepare('SELECT state, reason FROM sync_quarantine WHERE table_name = ? AND row_key = ? ORDER BY epoch DESC')
    .get(table, key) as { state: string; reason: string } | undefined
  if (held === undefined) return null
  return { state: held.state === 'discarded' ? 'given_up' : 'refused', rows_before: 0, reason: held.reason }
}
