import { json, secret, textId } from '../../store/columns.ts'
import { syncedTable } from '../../store/synced-table.ts'

/** Facts about this hub: its id, counters of the ledger, the dirty flag. */
export const hubSettings = syncedTable(
  'hub_settings',
  'local',
  { key: textId(), value: json<unknown>() },
  { key: 'key' },
)

/** Keys and the like that the hub made for itself. */
export const hubSecrets = syncedTable(
  'hub_secrets',
  'local',
  { key: textId(), value: secret().notNull() },
  { key: 'key' },
)
