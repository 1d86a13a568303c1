import { integer, textId, time } from '../../store/columns.ts'
import { syncedTable } from '../../store/synced-table.ts'

/** How long a class of rows is kept, where somebody chose something else than the default. */
export const retentionSettings = syncedTable(
  'retention_settings',
  'local',
  {
    class: textId(),
    /** `null`: for ever. */
    days: integer(),
    updated_at: time().notNull(),
  },
  { key: 'class' },
)
