import { sealed, stamps, textId } from '../../store/columns.ts'
import { syncedTable } from '../../store/synced-table.ts'

/** What lets the hub in elsewhere, by the name under which an entry of `hub.toml` asks for it. */
export const secrets = syncedTable(
  'secrets',
  'local',
  { name: textId(), value: sealed().notNull(), ...stamps() },
  { key: 'name' },
)
