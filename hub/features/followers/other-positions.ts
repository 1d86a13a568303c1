import type { Database } from '../../../shared/sqlite/open.ts'
import { acknowledgedUpto, readStreams, readSyncIdentity } from '../../engine/sync-memory.ts'
import { ROLLUP_EVERY_MS, ROLLUP_STEPS, rollupPosition } from '../../store/rollup-positions.ts'
import type { FollowedTable } from './followed-table.ts'

/** A position over an append table that is kept by a machine of its own. */
export interface OtherPosition extends FollowedTable {
  name: string
  kind: 'inside' | 'sync'
  position: number
  /** How far behind it is when all is well, because it waits for the end of a span. */
  usualLagMs: number
}

/** When the rows of tables that go to central were stored. */
const STORED_AT = [
  { table: 'readings', storedAt: 'received_at' },
  { table: 'events', storedAt: 'created_at' },
  { table: 'reading_rollups', storedAt: 'created_at' },
] as const

/** What is rolled up, and what central has acknowledged: they follow too, each by rules of its own. */
export function otherPositions(db: Database): OtherPosition[] {
  const rollups = ROLLUP_STEPS.map(
    ({ key }): OtherPosition => ({
      ...{ name: key, kind: 'inside', table: 'readings', storedAt: 'received_at' },
      position: rollupPosition(db, key).upto,
      usualLagMs: ROLLUP_EVERY_MS,
    }),
  )
  const memory = { identity: readSyncIdentity(db), streams: readStreams(db) }
  const sync = STORED_AT.flatMap(({ table, storedAt }): OtherPosition[] => {
    const position = acknowledgedUpto(memory, table)
    return position === null ? [] : [{ name: 'central', kind: 'sync', table, storedAt, position, usualLagMs: 0 }]
  })
  return [...rollups, ...sync]
}
