import { COMPANION } from '../../../shared/companion.ts'
import type { Context } from '../../engine/context.ts'
import { markSeeded } from '../../store/seeded.ts'

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

/** Seeds the persona and its first version, where there is none: an edited one is left alone. */
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
  markSeeded(db, 'personas', COMPANION)
  const version = context.id()
  db.prepare(
    'INSERT INTO persona_versions (id, persona_id, version, artifacts, change_notes, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(version, COMPANION, '1.0.0', JSON.stringify(DEFINITION), 'Seeded with the first start.', now)
  markSeeded(db, 'persona_versions', version)
}
