import { appendId, text, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { deviceEntities, devices } from '../devices/tables.ts'
import { houses, rooms } from '../house/tables.ts'

/** What somebody wanted to be kept for later. What is said in a house stays in it. */
export const voiceNotes = syncedTable(
  'voice_notes',
  'local',
  {
    id: appendId(),
    house_id: text()
      .notNull()
      .references(() => houses.id, { onDelete: 'cascade' }),
    device_id: text().references(() => devices.id, { onDelete: 'set null' }),
    note: text().notNull(),
    created_at: time().notNull(),
  },
  {
    extras: (t) => [
      core.index('ix_voice_notes_house').on(t.house_id, t.id),
      core.index('ix_voice_notes_device').on(t.device_id),
    ],
  },
)

/** What a room, a device or an entity is called too, by those who speak of it. One of the three is set. */
export const spokenNames = syncedTable(
  'spoken_names',
  'local',
  {
    id: appendId(),
    name: text().notNull(),
    room_id: text().references(() => rooms.id, { onDelete: 'cascade' }),
    device_id: text().references(() => devices.id, { onDelete: 'cascade' }),
    entity_id: text().references(() => deviceEntities.id, { onDelete: 'cascade' }),
    created_at: time().notNull(),
  },
  {
    extras: (t) => [
      core.index('ix_spoken_names_room').on(t.room_id),
      core.index('ix_spoken_names_device').on(t.device_id),
      core.index('ix_spoken_names_entity').on(t.entity_id),
    ],
  },
)
