import type { Database } from '../../shared/sqlite/open.ts'
import { RESTORED_COPY } from '../store/backup.ts'
import { NO_IDENTITY, type StreamPosition, type SyncIdentity } from './sync-step.ts'

const KEY = 'sync'

/** Rows of a stream that central may have although nothing says so here, at most: the engine writes down what it hears later. */
export const UNSURE_ROWS = 40_000

/** What the hub remembers of its talk with central: the engine writes it, the sync thread reads it at its start. */
export interface SyncMemory {
  identity: SyncIdentity
  streams: StreamPosition[]
  scopes: { scope: string; seq: number }[]
}

export function readSyncMemory(db: Database): SyncMemory {
  return {
    identity: readSyncIdentity(db),
    streams: readStreams(db),
    scopes: db.prepare('SELECT scope, seq FROM managed_scopes ORDER BY scope').all() as SyncMemory['scopes'],
  }
}

export function readSyncIdentity(db: Database): SyncIdentity {
  const value = (key: string) => db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(key)
  const stored = value(KEY)
  const identity = typeof stored === 'string' ? (JSON.parse(stored) as Partial<SyncIdentity>) : {}
  return { ...NO_IDENTITY, ...identity, restored: value(RESTORED_COPY) !== undefined }
}

/** Stores it. `restored: false` takes the mark of a copy away. */
export function writeSyncIdentity(db: Database, identity: SyncIdentity): void {
  const { restored, ...stored } = identity
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KEY, JSON.stringify(stored))
  if (!restored) db.prepare('DELETE FROM hub_settings WHERE key = ?').run(RESTORED_COPY)
}

/** Every stream, of every epoch, in the order in which they are to be finished. */
export function readStreams(db: Database): StreamPosition[] {
  return db
    .prepare(
      'SELECT stream, table_name AS "table", epoch, first, upto, position, chain, history FROM sync_streams ORDER BY epoch, coalesce(upto, 9e15), stream',
    )
    .all() as StreamPosition[]
}

/** Up to which key everything of the table is acknowledged; `null` when this hub sends to no central. */
export function acknowledgedUpto(memory: Pick<SyncMemory, 'identity' | 'streams'>, table: string): number | null {
  if (memory.identity.site === null) return null
  const open = memory.streams.filter(
    (stream) => stream.table === table && (stream.upto === null || stream.position < stream.upto),
  )
  return open.length === 0 ? 0 : Math.min(...open.map(({ position }) => position))
}
