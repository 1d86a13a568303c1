import { z } from 'zod'
import { id } from '../../../shared/admin/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import type { Context } from '../../engine/context.ts'
import type { Conditions } from '../../query/list-query.ts'
import { insertRow, type RowChanges } from '../../query/row-changes.ts'

export const roomLine = z.strictObject({
  name: z.string(),
  room_type: z.string(),
  devices: z.int(),
  floor: z.int().nullable(),
  house: z.string(),
  id: id,
})

export interface RoomRow {
  id: string
  name: string
}

/** Rooms by name, with how many devices are in each. */
export function roomsOf(db: Database, where: Pick<Conditions, 'sql' | 'values'>, limit: number): RoomRow[] {
  return db
    .prepare(
      'SELECT r.name, r.room_type, (SELECT count(*) FROM devices d WHERE d.room_id = r.id AND d.revoked_at IS NULL) AS devices, ' +
        'r.floor, h.name AS house, r.id FROM rooms r JOIN houses h ON h.id = r.house_id ' +
        `WHERE ${where.sql} ORDER BY r.name, r.id LIMIT ?`,
    )
    .all(...where.values, limit) as RoomRow[]
}

export function countRooms(db: Database, house: string): number {
  return db.prepare('SELECT count(*) FROM rooms WHERE house_id = ?').pluck().get(house) as number
}

/** Makes a room of a house that has none of this name. */
export function makeRoom(
  context: CallContext,
  { house, name, ...said }: { house: string; name: string } & RowChanges,
): string {
  const room = insertRow(context, 'rooms', { house_id: house, name, room_type: 'other', ...said })
  followRooms(context, house)
  context.addEvent({
    ...{ type: 'room_created', house, source: 'user' },
    data: { room, name, by: context.caller.principal },
  })
  return room
}

/** How many rooms a house has is their number, once some are named. Without any, nobody has said. */
export function followRooms({ db, now }: Context, house: string): void {
  const rooms = countRooms(db, house)
  db.prepare('UPDATE houses SET num_rooms = ?, updated_at = ? WHERE id = ? AND num_rooms IS NOT ?').run(
    ...[rooms === 0 ? null : rooms, now, house, rooms === 0 ? null : rooms],
  )
}
