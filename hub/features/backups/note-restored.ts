import { dirname } from 'node:path'
import type { Context } from '../../engine/context.ts'
import { readRestoredNote } from '../../store/restored-note.ts'

/** Which restore has its event already. */
const KNOWN = 'restored_at'

/** Notes at the first start of a house that was restored that it was, once. */
export function noteRestored(context: Context): void {
  const { db } = context
  const note = readRestoredNote(dirname(db.name))
  if (note === null) return
  const known = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KNOWN)
  if (known === String(note.restored_at)) return
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KNOWN, String(note.restored_at))
  const { house, name, made_at, aside } = note
  context.addEvent({ type: 'house_restored', data: { house, name, made_at, aside } })
}
