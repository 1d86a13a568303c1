import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { type PersonaDefinition, type ReadDefinition, readDefinition } from './definition.ts'
import { compareVersions } from './semantic-version.ts'

export interface PersonaRow {
  id: string
  name: string
  description: string | null
  current_version: string
  adaptation_mode: string
  voice_config: string | null
  behavior_config: string | null
  system_prompt: string | null
  tags: string
  priority: number
  is_active: number
  managed_by: string
  created_at: number
  updated_at: number
}

export interface VersionRow {
  version: string
  artifacts: string | null
  change_notes: string | null
  created_by: string | null
  created_at: number
}

export interface DraftRow {
  definition: string
  based_on: string | null
  edited_by: string | null
  updated_at: number
}

export function personaRow(db: Database, id: string): PersonaRow | undefined {
  return db.prepare('SELECT * FROM personas WHERE id = ?').get(id) as PersonaRow | undefined
}

export function draftOf(db: Database, id: string): DraftRow | undefined {
  return db.prepare('SELECT * FROM persona_drafts WHERE persona_id = ?').get(id) as DraftRow | undefined
}

/** The newest first. */
export function versionsOf(db: Database, id: string): VersionRow[] {
  const rows = db
    .prepare(
      'SELECT version, artifacts, change_notes, created_by, created_at FROM persona_versions WHERE persona_id = ? ORDER BY created_at DESC, id DESC',
    )
    .all(id) as VersionRow[]
  return rows.sort((a, b) => compareVersions(b.version, a.version))
}

/** What was published as this version. Throws `not_found` with those that there are. */
export function versionDefinition(db: Database, id: string, version: string): ReadDefinition {
  const found = versionsOf(db, id)
  const row = found.find((one) => one.version === version)
  if (row === undefined)
    throw new LaresError('not_found', `${id} has no version ${version}`, {
      hint: `It has these: ${found.map((one) => one.version).join(', ')}.`,
    })
  return readDefinition(parsed(row.artifacts), id)
}

/** What is in force: the current version, or the row itself where central keeps no version of it. */
export function currentDefinition(db: Database, row: PersonaRow): ReadDefinition {
  const artifacts = db
    .prepare('SELECT artifacts FROM persona_versions WHERE persona_id = ? AND version = ?')
    .pluck()
    .get(row.id, row.current_version) as string | null | undefined
  if (artifacts) return readDefinition(parsed(artifacts), row.id)
  const { name, description, adaptation_mode, system_prompt, priority } = row
  const lists = {
    voice_config: parsed(row.voice_config),
    behavior_config: parsed(row.behavior_config),
    tags: parsed(row.tags),
  }
  return readDefinition({ name, description, adaptation_mode, system_prompt, priority, ...lists }, row.id)
}

/** What a session is pinned to: its version, or what is in force where central took that version out. */
export function pinnedDefinition(db: Database, id: string, version: string): PersonaDefinition {
  const row = versionsOf(db, id).find((one) => one.version === version)
  if (row !== undefined) return readDefinition(parsed(row.artifacts), id).definition
  const persona = personaRow(db, id)
  return persona === undefined ? readDefinition(null, id).definition : currentDefinition(db, persona).definition
}

export function draftDefinition(draft: DraftRow, id: string): PersonaDefinition {
  return readDefinition(parsed(draft.definition), id).definition
}

/** The id of the persona that a person means, published or only drafted. Throws `not_found` with the nearest. */
export function personaNamed(db: Database, given: string): { id: string; row: PersonaRow | undefined } {
  const row = personaRow(db, given)
  if (row !== undefined || draftOf(db, given) !== undefined) return { id: given, row }
  throw noPersona(db, given, 'SELECT id FROM personas UNION SELECT persona_id FROM persona_drafts ORDER BY 1')
}

/** One that is published. Throws `not_found`. */
export function publishedPersona(db: Database, given: string): PersonaRow {
  const { id, row } = personaNamed(db, given)
  if (row !== undefined) return row
  throw new LaresError('not_found', `${id} is a draft that was never published`, {
    hint: `Publish it first: lares personas publish ${id}.`,
  })
}

/** The id of one that may speak. Throws `not_found` with those that may. */
export function activePersona(db: Database, given: string): string {
  const row = personaRow(db, given)
  if (row?.is_active === 1) return row.id
  if (row !== undefined)
    throw new LaresError('bad_params', `the persona ${given} is inactive`, {
      hint: `Activate it first: lares personas activate ${given}.`,
    })
  throw noPersona(db, given, 'SELECT id FROM personas WHERE is_active = 1 ORDER BY id')
}

function noPersona(db: Database, given: string, sql: string): LaresError {
  const all = db.prepare(sql).pluck().all() as string[]
  const nearest = nearestName(given, all)
  const meant = nearest === null ? '' : `Did you mean ${nearest}? `
  return new LaresError('not_found', `there is no persona ${given}`, {
    hint: `${meant}There are these: ${all.join(', ')}.`,
  })
}

function parsed(json: string | null): unknown {
  try {
    return json === null ? null : JSON.parse(json)
  } catch {
    return null // central may have anything in it; what is missing is named as a fault of the definition
  }
}
