import { appendId, integer, json, real, text, time } from '../../store/columns.ts'
import { core, sql } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'

/** Work outside the engine that must not be lost. */
export const jobs = syncedTable(
  'jobs',
  'local',
  {
    id: appendId(),
    kind: text().notNull(),
    key: text().notNull(),
    /** `waiting`, `running`, `done`, `failed`, `cancelled`, or `replaced` by a newer one of its key. */
    state: text().notNull(),
    /** As its kind promised when it was enqueued: a copy of this database must know it without the kind. */
    delivery: text().notNull(),
    payload: json<unknown>().notNull(),
    /** The same at every run of this payload. */
    idempotency_key: text().notNull(),
    /** Names the run that was begun last. */
    run: text(),
    /** Runs that were begun since it was enqueued or a person had it run again. */
    attempts: integer().notNull().default(0),
    /** Runs of its key that failed one after the other, whatever they were to do, until one is done or a person looks. */
    failures: integer().notNull().default(0),
    /** Wall time before which it is not run for the first time; `null`: none. */
    due_at: time(),
    /** What it waits beside that, since it was written: asked for, or the back-off after a failure. */
    delay_ms: integer().notNull().default(0),
    /** House time at which the delay ends, from which the next life of the hub counts on. */
    ready_at: time().notNull(),
    /** The same on the monotonic clock, for this life of the hub. */
    ready_mono: real().notNull(),
    /** End of the back-off after a failure, on that clock, `ready_mono` or before; `null`: none. A newer delay does not cut it short. */
    back_off_mono: real(),
    last_code: text(),
    last_error: text(),
    enqueued_at: time().notNull(),
    started_at: time(),
    ended_at: time(),
    /** When a job that has ended is removed. */
    kept_until: time(),
  },
  {
    extras: (t) => [
      core.uniqueIndex('ux_jobs_waiting').on(t.kind, t.key).where(sql`state = 'waiting'`),
      core.uniqueIndex('ux_jobs_running').on(t.kind, t.key).where(sql`state = 'running'`),
      core.index('ix_jobs_ready').on(t.state, t.kind, t.ready_mono, t.id, t.due_at, t.attempts, t.key),
      core.index('ix_jobs_ended').on(t.state, t.kind, t.ended_at, t.id, t.kept_until),
      core
        .index('ix_jobs_figures')
        .on(t.kind, t.state, t.ready_at, t.due_at)
        .where(sql`state IN ('waiting', 'running', 'failed')`),
      core.index('ix_jobs_failing').on(t.kind, t.failures).where(sql`failures > 0`),
      core.index('ix_jobs_kept').on(t.kept_until),
    ],
  },
)
