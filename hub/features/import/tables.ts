import { json, stamps, text, textId } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { devices } from '../devices/tables.ts'
import { houses } from '../house/tables.ts'

/** Rows of lists that were imported, so that the same row is the same device when the list comes again. */
export const importedDevices = syncedTable(
  'imported_devices',
  'local',
  {
    /** Hash of what a row is known by within its house: see `row-key.ts`. */
    id: textId(),
    house_id: text()
      .notNull()
      .references(() => houses.id, { onDelete: 'cascade' }),
    /** `null`: it was erased since. */
    device_id: text().references(() => devices.id, { onDelete: 'set null' }),
    /** A hash of what each column said when it was last taken, by the column. */
    said: json<Record<string, string>>().notNull(),
    ...stamps(),
  },
  {
    extras: (t) => [
      core.index('ix_imported_devices_device').on(t.device_id),
      core.index('ix_imported_devices_house').on(t.house_id),
    ],
  },
)
