import { appendId, integer, text, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'

/** How far each stream to central has got: a copy of central's own cursors, and which keys belong to which epoch. */
export const syncStreams = syncedTable(
  'sync_streams',
  'local',
  {
    stream: text().notNull(),
    table_name: text().notNull(),
    epoch: integer().notNull(),
    first: integer().notNull(),
    upto: integer(),
    position: integer().notNull(),
    chain: text().notNull(),
    history: text().notNull().default(''),
    rows: integer().notNull().default(0),
    merged: integer().notNull().default(0),
    duplicates: integer().notNull().default(0),
    quarantined: integer().notNull().default(0),
    bytes: integer().notNull().default(0),
    updated_at: time().notNull(),
  },
  {
    key: 'stream',
    extras: (t) => [
      core.primaryKey({ columns: [t.epoch, t.stream] }),
      core.index('ix_sync_streams_table').on(t.table_name, t.epoch),
    ],
  },
)

/** Rows that central's database refused. They are not purged, and wait for `quarantine/retry` or `discard`. */
export const syncQuarantine = syncedTable(
  'sync_quarantine',
  'local',
  {
    id: appendId(),
    table_name: text().notNull(),
    row_key: text().notNull(),
    epoch: integer().notNull(),
    stream: text().notNull(),
    /** SQLSTATE. */
    code: text().notNull(),
    reason: text().notNull(),
    /** held, retrying, discarded. */
    state: text().notNull().default('held'),
    held_at: time().notNull(),
  },
  { extras: (t) => [core.uniqueIndex('ux_sync_quarantine').on(t.table_name, t.row_key, t.epoch)] },
)

/**
 * Keys of append-only tables whose rows the house lost and asks central for. What became of the rows is counted until none is left
 * to be asked for.
 */
export const lostRows = syncedTable('lost_rows', 'local', {
  id: appendId(),
  table_name: text().notNull(),
  /** The key before the first of them. */
  first: integer().notNull(),
  /** The last of them. */
  upto: integer().notNull(),
  /** Everything up to here was asked for. */
  position: integer().notNull(),
  came_back: integer().notNull().default(0),
  /** Keys for which central had no row. */
  absent: integer().notNull().default(0),
  /** Rows that central had and the house did not take: it has them, or does not keep them any more. */
  left_out: integer().notNull().default(0),
  /** Of readings: how far the rollups of each step were when the rows were lost. What lies behind is in none of them. */
  rollup_5m: integer(),
  rollup_1h: integer(),
})

/** The scopes of central's rows that this house may see, and how far each has come. */
export const managedScopes = syncedTable(
  'managed_scopes',
  'local',
  {
    scope: text().primaryKey().notNull(),
    seq: integer().notNull(),
    checked_at: time(),
    updated_at: time().notNull(),
  },
  { key: 'scope' },
)

/** Every row that came from central, as it came: what the checksum of its scope is taken over. */
export const managedRows = syncedTable(
  'managed_rows',
  'local',
  {
    scope: text().notNull(),
    table_name: text().notNull(),
    row_key: text().notNull(),
    row: text().notNull(),
    /** Why this house did not take it; `null` when it did. */
    refused: text(),
    updated_at: time().notNull(),
  },
  { key: 'row_key', extras: (t) => [core.primaryKey({ columns: [t.scope, t.table_name, t.row_key] })] },
)

/** Rows that this hub seeded and that nobody edited: they give way to central's. */
export const seededRows = syncedTable(
  'seeded_rows',
  'local',
  { table_name: text().notNull(), row_key: text().notNull() },
  { key: 'row_key', extras: (t) => [core.primaryKey({ columns: [t.table_name, t.row_key] })] },
)

/** Keys of changed rows, written by triggers, read and removed by the upload. */
export const syncChanges = syncedTable(
  'sync_changes',
  'local',
  { seq: appendId(), table_name: text().notNull(), row_key: text().notNull() },
  { key: 'seq', extras: (t) => [core.uniqueIndex('ux_sync_changes').on(t.table_name, t.row_key)] },
)
