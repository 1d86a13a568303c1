import type { Database } from '../../../shared/sqlite/open.ts'
import type { MakerRow } from './maker-rows.ts'

type Linked = Pick<MakerRow, 'id' | 'source' | 'via'>

/** A device of the same source and house that one of these identities stands for. */
const HUB =
  'SELECT h.id FROM devices h JOIN maker_devices m ON m.device_id = h.id JOIN maker_identities i ON i.maker_device = m.id ' +
  'WHERE i.identity = w.via AND m.source = w.source AND m.id <> w.id AND h.house_id = d.house_id AND h.revoked_at IS NULL LIMIT 1'

/** Writes down by what device an accepted one is reached, where that is accepted too. */
export function joinToHub(db: Database, { id, via }: Linked): void {
  if (via === null) return
  db.prepare(
    `UPDATE devices AS d SET hub_id = (${HUB}) FROM maker_devices w WHERE w.id = ? AND d.id = w.device_id AND w.speaks = 1 ` +
      `AND d.hub_id IS NOT (${HUB}) AND (${HUB}) IS NOT NULL AND d.id <> (${HUB})`,
  ).run(id)
}

/** The device of a row is accepted: those that are reached through it are behind it from now on. */
export function joinThrough(db: Database, { id, source }: Pick<MakerRow, 'id' | 'source'>): void {
  const behind = db
    .prepare(
      'SELECT id, source, via FROM maker_devices WHERE source = ? AND id <> ? AND speaks = 1 AND via IN (SELECT identity FROM maker_identities WHERE maker_device = ?)',
    )
    .all(source, id, id) as Linked[]
  for (const row of behind) joinToHub(db, row)
}
