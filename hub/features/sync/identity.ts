import type { Database } from '../../../shared/sqlite/open.ts'
import { NO_IDENTITY, type SyncIdentity } from '../../engine/sync-step.ts'
import { RESTORED_COPY } from '../../store/backup.ts'

const KEY = 'sync'

/** What this hub knows of itself towards central. */
export function readIdentity(db: Database): SyncIdentity {
  const value = (key: string) => db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(key)
  const stored = value(KEY)
  const identity = typeof stored === 'string' ? (JSON.parse(stored) as Partial<SyncIdentity>) : {}
  return { ...NO_IDENTITY, ...identity, restored: value(RESTORED_COPY) !== undefined }
}

/** Stores it. `restored: false` takes the mark of a copy away. */
export function writeIdentity(db: Database, identity: SyncIdentity): void {
  const { restored, ...stored } = identity
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KEY, JSON.stringify(stored))
  if (!restored) db.prepare('DELETE FROM hub_settings WHERE key = ?').run(RESTORED_COPY)
}
