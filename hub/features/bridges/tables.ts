import { emptyList, json, secret, stamps, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { houses } from '../house/tables.ts'

/** Programs that speak for devices of other makers and log in at the hub's own broker. */
export const bridges = syncedTable(
  'bridges',
  'local',
  {
    id: textId(),
    /** As people call it: its login and its source are made of it. */
    name: text().notNull(),
    /** How what it publishes is to be understood. */
    dialect: text().notNull(),
    prefix: text().notNull(),
    /** First parts of topics beside the prefix that are its own, too. */
    beside: json<string[]>().notNull().default(emptyList),
    /** What it publishes is of this house. */
    house_id: text()
      .notNull()
      .references(() => houses.id, { onDelete: 'cascade' }),
    secret_hash: secret().notNull(),
    last_used_at: time(),
    ...stamps(),
  },
  { extras: (t) => [core.uniqueIndex('ux_bridges_name').on(t.name), core.index('ix_bridges_house').on(t.house_id)] },
)
