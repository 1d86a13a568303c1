import { integer, json, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'

/**
 * Devices and people that are to be forgotten, and how far that is. A row stays, without
 * a name: it says what was asked for, and a house that hears of it again at a handshake has done it already.
 */
export const erasures = syncedTable(
  'erasures',
  'local',
  {
    id: textId(),
    /** `device` or `user`. */
    what: text().notNull(),
    key: text().notNull(),
    /** What stands in its place in the audit; `null` once it is written everywhere. */
    pseudonym: text(),
    /** Other keys that are its alone, and what it was called; `null` once nothing here needs them. */
    traces: json<{ keys: string[]; names: string[] }>(),
    reason: text().notNull(),
    /** `events`, `rows`, then `elsewhere`: copies, the file's free pages and central have it yet, none waits for another. At last `done`. */
    state: text().notNull(),
    /** Events up to this key were looked at. */
    events_upto: integer().notNull().default(0),
    removed: integer().notNull().default(0),
    removed_at_central: integer().notNull().default(0),
    /** Why central did not do it yet. */
    refused: text(),
    refused_at: time(),
    requested_at: time().notNull(),
    /** When nothing of it was left in the database. */
    removed_at: time(),
    /** When every copy of the database was made after that. */
    copies_renewed_at: time(),
    /** When no bytes of it were left in the database's file and its log. */
    forgotten_at: time(),
    /** When central had nothing of it left. */
    erased_at_central: time(),
    done_at: time(),
  },
  { extras: (t) => [core.uniqueIndex('ux_erasures').on(t.what, t.key)] },
)
