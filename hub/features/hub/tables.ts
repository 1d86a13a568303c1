import { json, textId } from '../../store/columns.ts'
import { syncedTable } from '../../store/synced-table.ts'

/** Facts about this hub: its id, counters of the ledger, the dirty flag. */
export const hubSettings = syncedTable(
  'hub_settings',
  'local',
  { key: textId(), value: json<unknown>() },
  { key: 'key' },
)
