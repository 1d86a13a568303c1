import { emptyList, emptyObject, flag, integer, json, real, stamps, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { users } from '../users/tables.ts'

export const houses = syncedTable(
  'houses',
  'mutable',
  {
    id: textId(),
    name: text().notNull(),
    address: text(),
    location: text(),
    square_footage: real(),
    num_rooms: integer(),
    num_floors: integer(),
    timezone: text().notNull().default('UTC'),
    preferences: json<Record<string, unknown>>().notNull().default(emptyObject),
    capabilities: json<unknown[]>().notNull().default(emptyList),
    setup_completed: flag().notNull().default(false),
    last_interview_date: time(),
    /** Since when it is being taken away: it is nobody's any more, and goes with the last of its devices. */
    removed_at: time(),
    ...stamps(),
  },
  { extras: (t) => [core.index('ix_houses_name').on(t.name)] },
)

export const rooms = syncedTable(
  'rooms',
  'mutable',
  {
    id: textId(),
    house_id: text()
      .notNull()
      .references(() => houses.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    room_type: text().notNull(),
    floor: integer(),
    square_footage: real(),
    ceiling_height: real(),
    windows: integer().notNull().default(0),
    doors: integer().notNull().default(1),
    preferred_temperature: real(),
    preferred_humidity: real(),
    lighting_preferences: json<Record<string, unknown>>().notNull().default(emptyObject),
    ...stamps(),
  },
  {
    extras: (t) => [
      core.index('ix_rooms_house_type').on(t.house_id, t.room_type),
      core.index('ix_rooms_name').on(t.name),
    ],
  },
)

export const people = syncedTable(
  'people',
  'mutable',
  {
    id: textId(),
    house_id: text()
      .notNull()
      .references(() => houses.id, { onDelete: 'cascade' }),
    /** The account of this person, where there is one. */
    user_id: text().references(() => users.id, { onDelete: 'set null' }),
    name: text().notNull(),
    /** owner, resident, guest, … */
    role: text().notNull(),
    preferences: json<Record<string, unknown>>().notNull().default(emptyObject),
    schedule: json<Record<string, unknown>>().notNull().default(emptyObject),
    is_present: flag().notNull().default(false),
    last_seen: time(),
    ...stamps(),
  },
  {
    // Who erases a user at central erases the person, not only the account.
    named: { user_id: { table: 'users', owned: true } },
    extras: (t) => [
      core.index('ix_people_house_role').on(t.house_id, t.role),
      core.index('ix_people_name').on(t.name),
      core.index('ix_people_user').on(t.user_id),
    ],
  },
)
