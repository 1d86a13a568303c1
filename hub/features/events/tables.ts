import { appendId, emptyObject, flag, json, stamps, text, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'

/**
 * What happened: telemetry and audit in one. Plain ids without foreign keys, because events outlive what they speak of.
 * `timestamp` is when it happened at its source, `created_at` when it was stored. An event without a house is the hub's own.
 */
export const events = syncedTable(
  'events',
  'append_marks',
  {
    id: appendId(),
    house_id: text(),
    device_id: text(),
    entity_id: text(),
    user_id: text(),
    session_id: text(),
    event_type: text().notNull(),
    category: text().notNull(),
    /** debug, info, warning, error, critical. */
    severity: text().notNull().default('info'),
    title: text().notNull(),
    description: text().notNull(),
    /** device, automation, user, system. */
    source: text().notNull(),
    event_data: json<Record<string, unknown>>().notNull().default(emptyObject),
    old_state: text(),
    new_state: text(),
    state_attributes: json<Record<string, unknown>>().notNull().default(emptyObject),
    context: json<Record<string, unknown>>().notNull().default(emptyObject),
    processed: flag().notNull().default(false),
    processed_at: time(),
    processing_error: text(),
    acknowledged_by: text(),
    timestamp: time().notNull(),
    /** `updated_at` is when it was last marked: a mark sets it. */
    ...stamps(),
  },
  {
    partition: 'created_at',
    named: {
      device_id: { table: 'devices', owned: true },
      user_id: { table: 'users', owned: true },
      session_id: { table: 'sessions', owned: true },
      acknowledged_by: { table: 'users', owned: false },
    },
    searched: { columns: ['title', 'description', 'old_state', 'new_state'], by: 'words' },
    unchangeable: {
      rows: "category = 'audit'",
      words: 'what stands in the audit is neither changed nor removed',
    },
    extras: (t) => [
      core.index('ix_events_type_category').on(t.event_type, t.category),
      core.index('idx_event_type_time').on(t.event_type, t.created_at),
      core.index('idx_event_device_time').on(t.device_id, t.created_at),
      core.index('ix_events_severity_created').on(t.severity, t.created_at),
      core.index('ix_events_created_at').on(t.created_at),
      core.index('ix_events_processed').on(t.processed),
      core.index('ix_events_house_time').on(t.house_id, t.created_at),
    ],
  },
)
