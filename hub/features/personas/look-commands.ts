import { z } from 'zod'
import { id, time } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { conditions } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import type { ReadDefinition } from './definition.ts'
import { definitionLine, definitionLines, differenceLine, differences } from './definition-lines.ts'
import { personaParam } from './draft-commands.ts'
import {
  currentDefinition,
  draftDefinition,
  draftOf,
  personaNamed,
  publishedPersona,
  versionDefinition,
  versionsOf,
} from './persona-row.ts'

const personaLine = z.strictObject({
  persona: id,
  name: z.string(),
  /** `null`: it was never published. */
  version: z.string().nullable(),
  /** active, inactive, draft. */
  state: z.string(),
  /** Whether somebody is working at its next version. */
  has_draft: z.boolean(),
  /** Devices that it was given to by themselves, among those that the caller may see. */
  devices: z.int(),
  priority: z.int(),
  /** `central`: changed there and not here. */
  managed_by: z.string(),
  description: z.string().nullable(),
  updated_at: time,
})

export const listPersonas = adminCommand({
  area: 'personas',
  verb: 'list',
  needs: 'see',
  summary: 'Who may speak in this house',
  params: z.strictObject({}),
  result: z.strictObject({ personas: z.array(personaLine) }),
  examples: [{ says: 'every persona', params: {} }],
  changes: false,
  query({ db, caller }) {
    const visible = conditions(visibleHouses(caller, 'd.house_id'))
    const rows = db
      .prepare(
        `SELECT p.id AS persona, p.name, p.current_version AS version, iif(p.is_active, 'active', 'inactive') AS state,
           EXISTS (SELECT 1 FROM persona_drafts f WHERE f.persona_id = p.id) AS has_draft,
           (SELECT count(*) FROM devices d WHERE d.active_persona_id = p.id AND d.revoked_at IS NULL AND ${visible.sql}) AS devices,
           p.priority, p.managed_by, p.description, p.updated_at FROM personas p
         UNION ALL SELECT f.persona_id, coalesce(f.definition ->> 'name', f.persona_id), NULL, 'draft', 1, 0,
           coalesce(f.definition ->> 'priority', 0), 'site', f.definition ->> 'description', f.updated_at
           FROM persona_drafts f WHERE f.persona_id NOT IN (SELECT id FROM personas) ORDER BY 1`,
      )
      .all(...visible.values) as { has_draft: number }[]
    return { personas: rows.map((row) => ({ ...row, has_draft: row.has_draft === 1 })) }
  },
})

export const showPersona = adminCommand({
  area: 'personas',
  verb: 'show',
  needs: 'read',
  summary: 'The whole definition of a persona, and its versions',
  params: z.strictObject({
    persona: personaParam,
    version: text(20).min(1).optional().meta({ description: 'of another than the current version; or draft' }),
  }),
  result: z.strictObject({
    persona: z.strictObject({
      persona: z.string(),
      state: z.string(),
      managed_by: z.string(),
      version: z.string().nullable(),
      /** Which version the definition is of. */
      shown: z.string(),
      has_draft: z.boolean(),
    }),
    definition: z.array(definitionLine),
    /** What of it this hub does not understand and has its default instead. */
    faults: z.array(z.string()),
    versions: z.array(
      z.strictObject({
        version: z.string(),
        created_at: time,
        made_by: z.string().nullable(),
        change_notes: z.string().nullable(),
      }),
    ),
  }),
  examples: [
    { says: 'who answers everyday questions', params: { persona: 'companion' } },
    { says: 'what it was once', params: { persona: 'companion', version: '1.0.0' } },
  ],
  positional: ['persona', 'version'],
  changes: false,
  query({ db }, { persona, version }) {
    const { id: found, row } = personaNamed(db, persona)
    const draft = draftOf(db, found)
    const shown = version ?? row?.current_version ?? DRAFT
    const { definition, faults } = definitionAt(db, found, shown)
    const made = versionsOf(db, found).map(({ version: number, created_at, created_by, change_notes }) => ({
      ...{ version: number, created_at, change_notes },
      made_by: created_by === null ? null : emailOf(db, created_by),
    }))
    return {
      persona: {
        ...{ persona: found, version: row?.current_version ?? null, shown, has_draft: draft !== undefined },
        ...{ state: row === undefined ? DRAFT : row.is_active === 1 ? 'active' : 'inactive' },
        managed_by: row?.managed_by ?? 'site',
      },
      ...{ definition: definitionLines(definition), faults, versions: made },
    }
  },
})

export const diffPersona = adminCommand({
  area: 'personas',
  verb: 'diff',
  needs: 'read',
  summary: 'What differs between two versions of a persona, or between what is in force and its draft',
  params: z.strictObject({
    persona: personaParam,
    from: text(20).min(1).optional().meta({ description: 'a version; default: the current one' }),
    to: text(20).min(1).optional().meta({ description: 'a version; default: the draft, else the current one' }),
  }),
  result: z.strictObject({ from: z.string(), to: z.string(), differences: z.array(differenceLine) }),
  examples: [
    { says: 'what publishing would change', params: { persona: 'companion' } },
    { says: 'two versions', params: { persona: 'companion', from: '1.0.0', to: '1.0.0' } },
  ],
  positional: ['persona', 'from', 'to'],
  changes: false,
  query({ db }, { persona, from, to }) {
    const row = publishedPersona(db, persona)
    const left = from ?? row.current_version
    const right = to ?? (draftOf(db, row.id) === undefined ? row.current_version : DRAFT)
    const at = (version: string) => definitionAt(db, row.id, version).definition
    return { from: left, to: right, differences: differences(at(left), at(right)) }
  },
})

type Store = Parameters<typeof currentDefinition>[0]

/** `draft` stands for what is being worked at. */
export const DRAFT = 'draft'

/** Throws `not_found`. */
export function definitionAt(db: Store, persona: string, version: string): ReadDefinition {
  const draft = draftOf(db, persona)
  if (version === DRAFT && draft !== undefined) return { definition: draftDefinition(draft, persona), faults: [] }
  const { row } = personaNamed(db, persona)
  if (row !== undefined && version === row.current_version) return currentDefinition(db, row)
  return versionDefinition(db, persona, version)
}

function emailOf(db: Store, user: string): string | null {
  return (db.prepare('SELECT email FROM users WHERE id = ?').pluck().get(user) as string | undefined) ?? null
}
