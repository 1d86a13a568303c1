import { sql } from 'drizzle-orm/sql'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What the agent has to tell and has not been acknowledged. `id` is the sequence number on the wire. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    lane: text('lane', { enum: ['urgent', 'live', 'backlog'] }).notNull(),
    kind: text('kind', { enum: ['readings', 'event', 'result'] }).notNull(),
    /** The message as JSON, without what is added when it is sent: epoch, lane, seq, boot, sent. */
    body: text('body').notNull(),
    /** The boot in which it was written: its monotonic times mean nothing in another. */
    boot: text('boot').notNull(),
    /** The agent's running time when it was written. Wall clocks jump; this only grows. */
    writtenMs: integer('written_ms').notNull(),
    bytes: integer('bytes').notNull(),
    /** Connections in a row that ended while this row was in flight. */
    disconnects: integer('disconnects').notNull().default(0),
    parked: integer('parked').notNull().default(0),
  },
  (table) => [
    index('outbox_waiting').on(table.lane, table.id).where(sql`parked = 0`),
    index('outbox_parked').on(table.id).where(sql`parked = 1`),
    index('outbox_suspect').on(table.id).where(sql`disconnects > 0`),
  ],
)

/** One row: what the file knows about itself. */
export const outboxState = sqliteTable('outbox_state', {
  id: integer('id').primaryKey(),
  epoch: text('epoch').notNull(),
  connects: integer('connects').notNull().default(0),
  /** Nothing above this sequence number was ever sent. An ack above it proves that the file is an old copy. */
  sentBound: integer('sent_bound').notNull().default(0),
  runningMs: integer('running_ms').notNull().default(0),
  dropped: integer('dropped').notNull().default(0),
  droppedTold: integer('dropped_told').notNull().default(0),
  rejected: integer('rejected').notNull().default(0),
})

/** Commands that were taken, so that a repeated one is answered and not run again. No result: it was interrupted. */
export const handledCommands = sqliteTable('handled_commands', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  result: text('result'),
  handledMs: integer('handled_ms').notNull(),
})

/** One row: the settings last taken from the hub, so that they hold after a restart without it. */
export const desiredSettings = sqliteTable('desired_settings', {
  id: integer('id').primaryKey(),
  version: integer('version').notNull(),
  body: text('body').notNull(),
})
