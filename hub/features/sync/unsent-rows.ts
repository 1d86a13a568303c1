import type { Database } from '../../../shared/sqlite/open.ts'
import type { House } from '../../engine/house.ts'
import { acknowledgedUpto, readStreams, readSyncIdentity, UNSURE_ROWS } from '../../engine/sync-memory.ts'
import type { Unsent } from '../retention/unsent.ts'

/**
 * What central does not have yet, from the engine's own copy of central's cursors. `configured`: whether this house has a
 * central at all. Before the first handshake nothing is acknowledged.
 */
export function unsentRows(db: Database, { configured }: { configured: boolean }): Unsent {
  const held = db
    .prepare("SELECT CAST(row_key AS INTEGER) FROM sync_quarantine WHERE table_name = ? AND state <> 'discarded'")
    .pluck()
  return {
    upto(table) {
      if (!configured) return null
      return acknowledgedUpto({ identity: readSyncIdentity(db), streams: readStreams(db) }, table) ?? 0
    },
    held: (table) => new Set(held.all(table) as number[]),
    inFlight(table) {
      if (!configured) return []
      const last = db
        .prepare(`SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT 1 OFFSET ${UNSURE_ROWS - 1}`)
        .pluck()
      return readStreams(db)
        .filter((stream) => stream.table === table && (stream.upto === null || stream.position < stream.upto))
        .map(({ position }) => ({
          first: position,
          last: (last.get(position) as number | undefined) ?? Number.MAX_SAFE_INTEGER,
        }))
    },
  }
}

/** What the house knows of what central has. */
export function openUnsent({ db, central }: House): Unsent {
  return unsentRows(db, { configured: central })
}
