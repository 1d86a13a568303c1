import type { Database } from '../../../shared/sqlite/open.ts'
import { isEverByVoice } from './by-voice.ts'

/** Names that a model is told: a longer list than this it does not read. */
const MOST = 150

interface Row {
  name: string
  device_name: string
  room: string | null
  type: string
  device_class: string | null
  is_told: 0 | 1
}

/** What a house has, by the names that sentences know, for whoever answers what no sentence means. */
export function whatIsHere(db: Database, house: string): object {
  const rooms = db
    .prepare('SELECT name FROM rooms WHERE house_id = ? ORDER BY name, id LIMIT ?')
    .pluck()
    .all(house, MOST)
  const rows = db
    .prepare(
      'SELECT e.name, d.name AS device_name, r.name AS room, e.entity_type AS type, e.device_class, ' +
        "coalesce(o.orders, CASE e.source WHEN 'lares' THEN '*' END, '[]') <> '[]' AS is_told FROM device_entities e " +
        'JOIN devices d ON d.id = e.device_id LEFT JOIN rooms r ON r.id = d.room_id LEFT JOIN entity_orders o ON o.entity_id = e.id ' +
        'WHERE d.house_id = ? AND d.revoked_at IS NULL AND e.is_enabled = 1 ORDER BY is_told DESC, d.name, e.name, e.id LIMIT ?',
    )
    .all(house, MOST) as Row[]
  const things = rows.map(({ name, device_name, room, type, ...row }) => ({
    name: `${device_name} ${name}`,
    ...(room === null ? {} : { room }),
    kind: type,
    ...(row.is_told === 1 && isEverByVoice({ name, device_name, type, device_class: row.device_class, also: '' })
      ? { can_be_switched: true }
      : {}),
  }))
  return { rooms, things }
}
