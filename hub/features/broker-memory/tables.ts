import { blob, flag, integer, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { type NamedRow, syncedTable } from '../../store/synced-table.ts'

/** Of a device or of a person. */
const CLIENT: NamedRow = { table: 'devices', owned: true, as: 'client' }
/** On a level of it. */
const TOPIC: NamedRow = { table: 'devices', owned: true, as: 'topic' }

/** Clients with a persistent session: one that holds nothing is a session too. */
export const brokerSessions = syncedTable(
  'broker_sessions',
  'local',
  { client_id: textId(), began_at: time().notNull() },
  { key: 'client_id', named: { client_id: CLIENT } },
)

/** Subscriptions of clients with a persistent session. */
export const brokerSubscriptions = syncedTable(
  'broker_subscriptions',
  'local',
  { client_id: text().notNull(), filter: text().notNull(), qos: integer().notNull() },
  {
    key: 'client_id',
    named: { client_id: CLIENT, filter: TOPIC },
    extras: (t) => [core.primaryKey({ columns: [t.client_id, t.filter] })],
  },
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
  {
    key: 'entry',
    named: { client_id: CLIENT, topic: TOPIC },
    extras: (t) => [core.primaryKey({ columns: [t.client_id, t.entry] })],
  },
)

/** QoS 2 messages that had their effect and wait for PUBREL. */
export const brokerIncoming = syncedTable(
  'broker_incoming',
  'local',
  { client_id: text().notNull(), packet_id: integer().notNull() },
  {
    key: 'packet_id',
    named: { client_id: CLIENT },
    extras: (t) => [core.primaryKey({ columns: [t.client_id, t.packet_id] })],
  },
)

/** Retained messages of others, on an allow-list of topics. The hub's own are derived from tables at start. */
export const brokerRetained = syncedTable(
  'broker_retained',
  'local',
  { topic: textId(), payload: blob().notNull(), qos: integer().notNull(), stored_at: time().notNull() },
  { key: 'topic', named: { topic: TOPIC } },
)
