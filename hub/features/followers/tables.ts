import { appendId, flag, integer, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'

/** Who follows an append table, and how far. */
export const followers = syncedTable(
  'followers',
  'local',
  {
    name: textId(),
    /** `inside`, `outside` or `fleeting`. */
    kind: text().notNull(),
    table_name: text().notNull(),
    /** Its column with the time of storing. */
    stored_at: text().notNull(),
    /** Rows up to this key are done with; `null` for a fleeting one. */
    position: integer(),
    /** Names the life of the database that keys belong to. Taken out of every copy, so that one put in place gets another. */
    epoch: text(),
    /** Whether this hub has it and its settings want it. */
    is_wanted: flag().notNull(),
    hold_days: integer().notNull(),
    hold_rows: integer().notNull(),
    /** Rows that are gone and that it never had. */
    lost_rows: integer().notNull().default(0),
    last_code: text(),
    last_error: text(),
    failing_since: time(),
  },
  { key: 'name' },
)

/** Rows that a follower never had, by ranges of their keys. */
export const followerGaps = syncedTable(
  'follower_gaps',
  'local',
  {
    id: appendId(),
    follower: text().notNull(),
    table_name: text().notNull(),
    first_id: integer().notNull(),
    last_id: integer().notNull(),
    /** How many they were, or may have been. */
    rows: integer().notNull(),
    /** How many of them an event has named. */
    told_rows: integer().notNull().default(0),
    /** `purged`, `refused`, `skipped`, `was_off` or `restored`. */
    reason: text().notNull(),
    error: text(),
    began_at: time().notNull(),
    ended_at: time().notNull(),
  },
  { extras: (t) => [core.index('ix_follower_gaps_follower').on(t.follower, t.id)] },
)
