import { json, text, time } from '../store/columns.ts'
import { core } from '../store/drizzle.ts'
import { syncedTable } from '../store/synced-table.ts'

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
    named: { principal: { table: 'users', owned: true } },
    extras: (t) => [
      core.primaryKey({ columns: [t.principal, t.request_id] }),
      core.index('ix_request_memory_created').on(t.created_at),
    ],
  },
)
