import type { Context } from '../../engine/context.ts'
import { atCentralsWork } from '../sync/central-at-work.ts'
import { beginErasure } from './begin.ts'

/**
 * Takes a house away: its rooms, people, groups and bridges at once, its devices as `beginErasure` does, and its own row with the last of
 * them. Returns how many devices are to be forgotten.
 */
export function beginRemoval(context: Context, house: string, reason: string): number {
  const { db, now } = context
  const people = db
    .prepare(
      "SELECT DISTINCT u.id FROM people p JOIN users u ON u.id = p.user_id WHERE p.house_id = ? AND u.role <> 'admin'",
    )
    .pluck()
    .all(house) as string[]
  const devices = db.prepare('SELECT id FROM devices WHERE house_id = ?').pluck().all(house) as string[]
  for (const device of devices) beginErasure(context, { what: 'device', key: device, reason })
  db.prepare('UPDATE devices SET room_id = NULL, group_id = NULL, carried_by = NULL WHERE house_id = ?').run(house)
  db.prepare('DELETE FROM rooms WHERE house_id = ?').run(house)
  db.prepare('DELETE FROM people WHERE house_id = ?').run(house)
  db.prepare('DELETE FROM invitations WHERE house_id = ?').run(house)
  for (const bridge of db.prepare('DELETE FROM bridges WHERE house_id = ? RETURNING id').pluck().all(house) as string[])
    context.effect({ kind: 'disconnect_bridge', bridge, reason: 'its house was taken away' })
  // Central may have given it one, which goes like the rest.
  atCentralsWork(db, () => db.prepare('DELETE FROM device_groups WHERE house_id = ?').run(house))
  db.prepare('UPDATE houses SET removed_at = ?, updated_at = ? WHERE id = ?').run(now, now, house)
  for (const user of people) context.effect({ kind: 'disconnect_user', user, reason: 'the house was taken away' })
  context.changed()
  finishRemovals(context)
  return devices.length
}

/** Houses that were taken away and whose last device is forgotten. */
export function finishRemovals({ db }: Pick<Context, 'db'>): void {
  const forgotten = db
    .prepare(
      'SELECT id FROM houses WHERE removed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.house_id = houses.id)',
    )
    .pluck()
    .all() as string[]
  // What only waited there is nobody's. Its sources may be of another house next.
  const waiting = db.prepare(
    'DELETE FROM maker_devices WHERE device_id IS NULL AND source IN (SELECT key FROM maker_sources WHERE house_id = ?)',
  )
  for (const house of forgotten) waiting.run(house)
  // Central may have given it a group since.
  for (const house of forgotten) atCentralsWork(db, () => db.prepare('DELETE FROM houses WHERE id = ?').run(house))
}
