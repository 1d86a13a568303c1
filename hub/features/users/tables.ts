import { caseless, flag, json, management, secret, stamps, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'

/** People, and programs that speak for nobody (`role` device). */
export const users = syncedTable(
  'users',
  'down',
  {
    id: textId(),
    email: caseless().notNull(),
    hashed_password: secret(),
    full_name: text(),
    /** admin, user or device (a service account). */
    role: text().notNull().default('user'),
    is_active: flag().notNull().default(true),
    ...management(),
    ...stamps(),
  },
  { extras: (t) => [core.uniqueIndex('idx_users_email').on(t.email)] },
)

/** What a person or program shows instead of the password. Only a hash is kept. */
export const apiTokens = syncedTable(
  'api_tokens',
  'local',
  {
    id: textId(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    token_hash: secret().notNull(),
    /** An integration may choose its own client id and use `homeassistant/#`. */
    integration: flag().notNull().default(false),
    /** What a program may do with it, and in which houses. Of a person's token `null`: the person's own rights. */
    rights: json<{ right: string; area?: string }[]>(),
    houses: json<string[]>(),
    last_used_at: time(),
    expires_at: time(),
    created_at: time().notNull(),
  },
  { extras: (t) => [core.index('idx_api_tokens_user').on(t.user_id)] },
)
