import type { Context } from '../../engine/context.ts'
import type { PersonaDefinition } from './definition.ts'
import { personaRow } from './persona-row.ts'

/** As it is written: seeded ones say less, and have the defaults of the rest. */
type Written = Omit<PersonaDefinition, 'voice_config' | 'behavior_config' | 'tags' | 'adaptation_mode'> & {
  voice_config: Readonly<Record<string, unknown>>
  behavior_config: Readonly<Record<string, unknown>>
  tags: readonly string[]
}

/** Puts a definition and its version in force: from the next session on. A new persona is active. */
export function writePersona(
  { db, now }: Pick<Context, 'db' | 'now'>,
  id: string,
  { definition, version }: { definition: Written; version: string },
): void {
  const { name, description, voice_config, behavior_config, system_prompt, tags, priority } = definition
  const values = [
    ...[name, description, JSON.stringify(voice_config), JSON.stringify(behavior_config), system_prompt],
    ...[JSON.stringify(tags), priority, version, now],
  ]
  if (personaRow(db, id) !== undefined)
    db.prepare(
      'UPDATE personas SET name = ?, description = ?, voice_config = ?, behavior_config = ?, system_prompt = ?, tags = ?, priority = ?, ' +
        'current_version = ?, updated_at = ? WHERE id = ?',
    ).run(...values, id)
  else
    db.prepare(
      'INSERT INTO personas (name, description, voice_config, behavior_config, system_prompt, tags, priority, current_version, updated_at, created_at, id) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(...values, now, id)
}

export interface NewVersion {
  version: string
  definition: Written
  notes: string | null
  /** The account of whoever made it; `null`: the hub itself, or nobody with an account. */
  by: string | null
  /** When it was made, where that was elsewhere. */
  at?: number
}

/** Adds a version, for ever. Returns its key. */
export function writeVersion(context: Context, persona: string, made: NewVersion): string {
  const { version, definition, notes, by, at = context.now } = made
  const id = context.id()
  context.db
    .prepare(
      'INSERT INTO persona_versions (id, persona_id, version, artifacts, created_by, change_notes, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    .run(id, persona, version, JSON.stringify(definition), by, notes, at)
  return id
}
