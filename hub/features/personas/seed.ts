import type { Context } from '../../engine/context.ts'
import { markSeeded } from '../../store/seeded.ts'
import { writePersona, writeVersion } from './persona-writing.ts'
import { SEEDED_PERSONAS } from './seeded-personas.ts'
import { FIRST_VERSION } from './semantic-version.ts'

/** Seeds every persona with its first version, where there is none of that name: an edited one is left alone. */
export function seedPersonas(context: Context): void {
  const { db } = context
  for (const { id, definition } of SEEDED_PERSONAS) {
    if (db.prepare('SELECT 1 FROM personas WHERE id = ?').get(id)) continue
    writePersona(context, id, { definition, version: FIRST_VERSION })
    markSeeded(db, 'personas', id)
    const version = writeVersion(context, id, {
      ...{ version: FIRST_VERSION, definition, notes: 'Seeded with the first start.', by: null },
    })
    markSeeded(db, 'persona_versions', version)
  }
}
