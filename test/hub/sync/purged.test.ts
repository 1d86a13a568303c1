import { expect, it } from 'vitest'
import { RESTORED_COPY } from '../../../hub/store/backup.ts'
import { VERSIONS } from '../../central/postgres-servers.ts'
import { conversation } from '../features/retention/conversation.ts'
import { rows } from './house-with-central.ts'
import { useHouses } from './use-houses.ts'

const DAY = 86_400_000
const TABLES = ['messages', 'turns', 'audio_clips', 'sessions'] as const

// Which comparison there is and what it asks Postgres is the same at every release: the newest is enough.
const houses = useHouses(VERSIONS.at(-1) ?? '18')

it('keeps at central what the house purged, also after the comparison of a new epoch; what was deleted is marked', async () => {
  const joined = await houses.house()
  const { house, pump, settled, admin } = joined
  house.device('garden-esp', 'mqtt')
  conversation(house, 'purged', { age: 400 * DAY })
  // A clip goes by its own age, long before its turn.
  conversation(house, 'young', { age: DAY })
  house.db.exec("UPDATE audio_clips SET expires_at = created_at WHERE id = 'c-young'")
  conversation(house, 'deleted')
  pump.start()
  await settled()
  for (let looks = 0; looks < 3; looks++) house.tick(3_600_000)
  const here = (table: string) =>
    house.all<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`).map(({ id }) => id.slice(2))
  expect(TABLES.map(here)).toEqual([['deleted', 'young'], ['deleted', 'young'], ['deleted'], ['deleted', 'young']])
  await settled()
  await joined.kill()
  // As a backup from before the last conversation, put in place: nothing says that it is gone.
  house.db.exec("DELETE FROM sessions WHERE id = 's-deleted'")
  house.db.exec('DELETE FROM sync_changes')
  house.db.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)').run(RESTORED_COPY, '1')
  joined.restart()
  await settled()
  expect(house.all("SELECT json_extract(value, '$.epoch') AS epoch FROM hub_settings WHERE key = 'sync'")).toEqual([
    { epoch: 2 },
  ])
  for (const table of TABLES) {
    const there = await rows(admin, `SELECT id, deleted_at IS NULL AS alive FROM lares.${table} ORDER BY id`)
    const first = table === 'audio_clips' ? 'c' : table.slice(0, 1)
    expect(there, table).toEqual([
      { id: `${first}-deleted`, alive: false },
      { id: `${first}-purged`, alive: true },
      { id: `${first}-young`, alive: true },
    ])
  }
})
