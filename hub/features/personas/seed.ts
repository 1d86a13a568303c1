import { COMPANION } from '../../../shared/companion.ts'
import type { Context } from '../../engine/context.ts'

const SEEDED_NOTE = 'Seeded with the first start.'

const DEFINITION = {
  name: 'Companion',
  description: 'A calm voice for everyday questions.',
  voice_config: { language: 'en', rate: 1 },
  behavior_config: { follow_up_s: 8, max_sentences: 4 },
  system_prompt:
    'You are the companion of this house. Answer in one to four short sentences that sound natural when spoken. ' +
    'Say so when you do not know something.',
  tags: ['default'],
  priority: 0,
} as const

/** Seeds the persona and its first version. An edited one is left alone. */
export function seedCompanion(context: Context): void {
  const { db, now } = context
  if (db.prepare('SELECT 1 FROM personas WHERE id = ?').get(COMPANION)) return
  const { name, description, voice_config, behavior_config, system_prompt, tags, priority } = DEFINITION
  db.prepare(
    'INSERT INTO personas (id, name, description, voice_config, behavior_config, system_prompt, tags, priority, created_at, updated_at) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  ).run(
    COMPANION,
    name,
    description,
    JSON.stringify(voice_config),
    JSON.stringify(behavior_config),
    system_prompt,
    JSON.stringify(tags),
    priority,
    now,
    now,
  )
  db.prepare(
    'INSERT INTO persona_versions (id, persona_id, version, artifacts, change_notes, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(context.id(), COMPANION, '1.0.0', JSON.stringify(DEFINITION), SEEDED_NOTE, now)
}

/**
 * Lets a seeded persona that nobody edited give way to one that central manages, and its seeded version with it.
 * `values` is the row that wants its place. Returns whether something gave way.
 */
export function giveWay({ db }: Context, table: string, values: ReadonlyMap<string, unknown>): boolean {
  const seeded = db
    .prepare("SELECT 1 FROM personas WHERE id = ? AND managed_by = 'site' AND updated_at = created_at")
    .get(COMPANION)
  if (table === 'personas') return values.get('id') === COMPANION && seeded !== undefined
  if (table !== 'persona_versions' || values.get('persona_id') !== COMPANION) return false
  // Of a persona that somebody edited the first version is worth keeping: it says what the edit began with.
  const isCentral = db.prepare("SELECT 1 FROM personas WHERE id = ? AND managed_by = 'central'").get(COMPANION)
  if (seeded === undefined && isCentral === undefined) return false
  const removed = db
    .prepare(
      "DELETE FROM persona_versions WHERE persona_id = ? AND version = ? AND managed_by = 'site' AND created_by IS NULL AND change_notes = ?",
    )
    .run(COMPANION, values.get('version'), SEEDED_NOTE)
  return removed.changes > 0
}
