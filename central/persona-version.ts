import { LaresError } from '../shared/errors.ts'
import type { Queryable } from './connect.ts'

/** What makes a persona what it is; the rest says who may see it, and when it was made. */
const DEFINITION = [
  'name',
  'description',
  'adaptation_mode',
  'voice_config',
  'behavior_config',
  'system_prompt',
  'tags',
  'priority',
]
const FIRST_VERSION = '1.0.0'

/** A row of `persona_versions` as it goes down to houses. */
export interface PersonaVersion {
  id: string
  persona_id: string
  version: string
  artifacts: Record<string, unknown>
  change_notes: string
}

/**
 * The version row that a persona of a scope needs and does not have; `null` when it is there. Sessions name the version they
 * were held with, so a definition that changes needs another number. Throws `already_exists` when the number is taken by
 * another definition.
 */
export async function missingVersion(
  db: Queryable,
  scope: string,
  { key, row }: { key: string; row: Record<string, unknown> },
): Promise<PersonaVersion | null> {
  const version = typeof row.current_version === 'string' ? row.current_version : FIRST_VERSION
  const artifacts = Object.fromEntries(DEFINITION.filter((name) => name in row).map((name) => [name, row[name]]))
  const id = `${key}@${version}`
  const { rows } = await db.query<{ row_key: string; removed: boolean; same: boolean }>(
    `SELECT r.row_key, r.removed, r.row -> 'artifacts' = $5::jsonb AS same FROM lares.scope_rows r
     WHERE r.scope = $1 AND r.table_name = 'persona_versions'
       AND (r.row_key = $2 OR (r.row ->> 'persona_id' = $3 AND r.row ->> 'version' = $4))`,
    [scope, id, key, version, JSON.stringify(artifacts)],
  )
  const own = rows.find(({ row_key }) => row_key === id)
  if (own && (own.removed || !own.same))
    throw new LaresError(
      'already_exists',
      `version ${version} of the persona ${key} was given to houses with another definition`,
      {
        hint: 'Versions are never changed: write a higher current_version into the row and put it again.',
      },
    )
  // One that somebody put by hand, with a key of its own, is as good.
  if (rows.length > 0) return null
  return { id, persona_id: key, version, artifacts, change_notes: 'Put at central with its persona.' }
}
