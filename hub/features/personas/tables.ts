import { emptyList, flag, integer, json, management, stamps, text, textId, time } from '../../store/columns.ts'
import { core } from '../../store/drizzle.ts'
import { syncedTable } from '../../store/synced-table.ts'
import { users } from '../users/tables.ts'

export const personas = syncedTable('personas', 'down', {
  /** A slug such as companion or medication_nurse. */
  id: textId(),
  name: text().notNull(),
  description: text(),
  current_version: text().notNull().default('1.0.0'),
  adaptation_mode: text().notNull().default('instruction_only'),
  voice_config: json<Record<string, unknown>>(),
  behavior_config: json<Record<string, unknown>>(),
  system_prompt: text(),
  tags: json<string[]>().notNull().default(emptyList),
  /** Higher speaks over lower; emergencies have the highest. */
  priority: integer().notNull().default(0),
  is_active: flag().notNull().default(true),
  ...management(),
  ...stamps(),
})

/** The complete definition at one version. Never changed; a house's own goes only into central's care, and from there. */
export const personaVersions = syncedTable(
  'persona_versions',
  'down',
  {
    id: textId(),
    persona_id: text()
      .notNull()
      .references(() => personas.id),
    version: text().notNull(),
    artifacts: json<Record<string, unknown>>(),
    created_by: text().references(() => users.id, { onDelete: 'set null' }),
    change_notes: text(),
    ...management(),
    created_at: time().notNull(),
  },
  {
    unchangeable: {
      columns: ['id', 'persona_id', 'version', 'artifacts', 'change_notes', 'created_at'],
      mayGo: "managed_by = 'central'",
      words: 'a version of a persona is neither changed nor removed; add another one',
    },
    extras: (t) => [core.uniqueIndex('idx_persona_versions').on(t.persona_id, t.version)],
  },
)

/** What somebody is still working on: nobody hears it before it is published. One of a persona that is not there yet has no version. */
export const personaDrafts = syncedTable(
  'persona_drafts',
  'local',
  {
    persona_id: textId(),
    definition: json<Record<string, unknown>>().notNull(),
    /** The version that was in force when it was begun; `null`: of a new persona. */
    based_on: text(),
    edited_by: text().references(() => users.id, { onDelete: 'set null' }),
    ...stamps(),
  },
  { key: 'persona_id' },
)
