import { appendId, blob, flag, integer, json, secret, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { devices } from '../devices/tables.ts'

/** Keys of changed rows, written by triggers, read and removed by the upload. */
export const syncChanges = syncedTable(
  'sync_changes',
  'local',
  { seq: appendId(), table_name: text().notNull(), row_key: text().notNull() },
  { key: 'seq', extras: (t) => [core.uniqueIndex('ux_sync_changes').on(t.table_name, t.row_key)] },
)

/** The last applied sequence of each outbox lane: at or below it is a duplicate. */
export const deviceStreams = syncedTable(
  'device_streams',
  'local',
  {
    device_id: text()
      .notNull()
      .references(() => devices.id, { onDelete: 'cascade' }),
    epoch: text().notNull(),
    lane: text().notNull(),
    last_seq: integer().notNull(),
    updated_at: time().notNull(),
  },
  { key: 'device_id', extras: (t) => [core.primaryKey({ columns: [t.device_id, t.epoch, t.lane] })] },
)

/** What the hub could not understand, with its reason and its bytes. */
export const rejectedMessages = syncedTable(
  'rejected_messages',
  'local',
  {
    id: appendId(),
    device_id: text().notNull(),
    topic: text().notNull(),
    code: text().notNull(),
    reason: text().notNull(),
    raw: blob().notNull(),
    /** Length of the whole payload; `raw` may be its beginning. */
    raw_bytes: integer().notNull(),
    received_at: time().notNull(),
  },
  { extras: (t) => [core.index('ix_rejected_device').on(t.device_id, t.id)] },
)

/** Answers to changing commands, so that a repeated request is answered and not run again. */
export const requestMemory = syncedTable(
  'request_memory',
  'local',
  {
    principal: text().notNull(),
    request_id: text().notNull(),
    /** SHA-256 of verb and params. */
    content_hash: text().notNull(),
    response: json<unknown>(),
    created_at: time().notNull(),
  },
  {
    key: 'request_id',
    extras: (t) => [
      core.primaryKey({ columns: [t.principal, t.request_id] }),
      core.index('ix_request_memory_created').on(t.created_at),
    ],
  },
)

/** Facts about this hub: its id, counters of the ledger, the dirty flag. */
export const hubSettings = syncedTable(
  'hub_settings',
  'local',
  { key: textId(), value: json<unknown>() },
  { key: 'key' },
)

/** Keys and the like that the hub made for itself. */
export const hubSecrets = syncedTable(
  'hub_secrets',
  'local',
  { key: textId(), value: secret().notNull() },
  { key: 'key' },
)

/** Clients with a persistent session: one that holds nothing is a session too. */
export const brokerSessions = syncedTable(
  'broker_sessions',
  'local',
  { client_id: textId(), began_at: time().notNull() },
  { key: 'client_id' },
)

/** Subscriptions of clients with a persistent session. */
export const brokerSubscriptions = syncedTable(
  'broker_subscriptions',
  'local',
  { client_id: text().notNull(), filter: text().notNull(), qos: integer().notNull() },
  { key: 'client_id', extras: (t) => [core.primaryKey({ columns: [t.client_id, t.filter] })] },
)

/** Messages waiting for clients with a persistent session. */
export const brokerQueue = syncedTable(
  'broker_queue',
  'local',
  {
    client_id: text().notNull(),
    /** Ascending and unique; the order of delivery. */
    entry: integer().notNull(),
    topic: text().notNull(),
    payload: blob().notNull(),
    qos: integer().notNull(),
    /** Set once it was sent under this packet id. */
    packet_id: integer(),
    /** PUBREC came: only PUBREL is left. */
    received: flag().notNull().default(false),
    queued_at: time().notNull(),
  },
  { key: 'entry', extras: (t) => [core.primaryKey({ columns: [t.client_id, t.entry] })] },
)

/** QoS 2 messages that had their effect and wait for PUBREL. */
export const brokerIncoming = syncedTable(
  'broker_incoming',
  'local',
  { client_id: text().notNull(), packet_id: integer().notNull() },
  { key: 'packet_id', extras: (t) => [core.primaryKey({ columns: [t.client_id, t.packet_id] })] },
)

/** Retained messages of others, on an allow-list of topics. The hub's own are derived from tables at start. */
export const brokerRetained = syncedTable(
  'broker_retained',
  'local',
  { topic: textId(), payload: blob().notNull(), qos: integer().notNull(), stored_at: time().notNull() },
  { key: 'topic' },
)
