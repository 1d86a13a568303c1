import type { Context } from '../../engine/context.ts'
import type { MakerRow, MakerRows } from './maker-rows.ts'
import type { MakerSources } from './maker-sources.ts'

/**
 * A device whose source hub.toml does not name any more, perhaps because it has another name there now, is told of by another source
 * that has it. Its entities are those of that source from now on, with their keys and their history.
 */
export function takeOver(
  context: Context,
  row: MakerRow,
  { rows, sources }: { rows: MakerRows; sources: MakerSources },
) {
  const { db, now } = context
  if (row.device_id === null || row.status !== 'accepted' || row.speaks) return
  const before = rows.ofDevice(row.device_id)
  if (!before || sources.find(before.source)?.is_named !== false) return
  db.prepare('UPDATE maker_devices SET speaks = 0 WHERE id = ?').run(before.id)
  db.prepare('UPDATE maker_devices SET speaks = 1, is_registered = 0, given_name = ? WHERE id = ?').run(
    before.given_name,
    row.id,
  )
  db.prepare('UPDATE devices SET integration_type = ?, updated_at = ? WHERE id = ?').run(
    row.dialect,
    now,
    row.device_id,
  )
  db.prepare('UPDATE OR IGNORE device_entities SET source = ?, updated_at = ? WHERE device_id = ? AND source = ?').run(
    row.source,
    now,
    row.device_id,
    before.source,
  )
  context.changed()
}
