import { integer, secret, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { users } from '../users/tables.ts'

/** Browsers that somebody is logged in with. What a cookie says is kept as its hash only. */
export const webSessions = syncedTable(
  'web_sessions',
  'local',
  {
    id: textId(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    cookie_hash: secret().notNull(),
    /** Where the login came from. */
    address: text().notNull(),
    /** How the browser calls itself. */
    agent: text().notNull(),
    created_at: time().notNull(),
    last_used_at: time().notNull(),
    /** Its end, however much it is used. */
    expires_at: time().notNull(),
  },
  {
    extras: (t) => [
      core.uniqueIndex('ux_web_sessions_cookie').on(t.cookie_hash),
      core.index('ix_web_sessions_user').on(t.user_id),
    ],
  },
)

/** Links by which the account of an owner is made. */
export const setupCodes = syncedTable('setup_codes', 'local', {
  /** The first part of the code: finds the row, proves nothing. */
  id: textId(),
  code_hash: secret().notNull(),
  tries: integer().notNull().default(0),
  expires_at: time().notNull(),
  used_at: time(),
  created_at: time().notNull(),
})
