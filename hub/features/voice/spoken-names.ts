import type { Database } from '../../../shared/sqlite/open.ts'

/** A name beside that of a room, a device or an entity. */
export interface SpokenName {
  id: number
  name: string
  kind: 'room' | 'device' | 'entity'
  /** The id of what is called so. */
  of: string
  /** Its own name. */
  own: string
  house: string
}

const READ =
  "SELECT n.id, n.name, CASE WHEN n.room_id IS NOT NULL THEN 'room' WHEN n.device_id IS NOT NULL THEN 'device' ELSE 'entity' END AS kind, " +
  'coalesce(n.room_id, n.device_id, n.entity_id) AS of, coalesce(r.name, d.name, e.name) AS own, ' +
  'coalesce(r.house_id, d.house_id, o.house_id) AS house FROM spoken_names n LEFT JOIN rooms r ON r.id = n.room_id ' +
  'LEFT JOIN devices d ON d.id = n.device_id LEFT JOIN device_entities e ON e.id = n.entity_id LEFT JOIN devices o ON o.id = e.device_id'

/** Those of a house, by name. */
export function spokenNamesOf(db: Database, house: string): SpokenName[] {
  return db
    .prepare(`${READ} WHERE coalesce(r.house_id, d.house_id, o.house_id) = ? ORDER BY n.name, n.id`)
    .all(house) as SpokenName[]
}

export function spokenName(db: Database, id: number): SpokenName | undefined {
  return db.prepare(`${READ} WHERE n.id = ?`).get(id) as SpokenName | undefined
}

/** Whatever else an entity and its device are called, in one text. */
export function alsoCalled(db: Database, entity: string): string {
  return (
    (db
      .prepare(
        "SELECT group_concat(n.name, ' ') FROM spoken_names n JOIN device_entities e ON e.id = ? AND (n.entity_id = e.id OR n.device_id = e.device_id)",
      )
      .pluck()
      .get(entity) as string | null) ?? ''
  )
}
