import { appendId, blob, integer, text, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'

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
  {
    named: { device_id: { table: 'devices', owned: true } },
    extras: (t) => [core.index('ix_rejected_device').on(t.device_id, t.id)],
  },
)
