import { LaresError } from '../../../shared/errors.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import type { PersonaDefinition } from './definition.ts'
import { differences } from './definition-lines.ts'
import { currentDefinition, personaRow, versionsOf } from './persona-row.ts'
import { writePersona, writeVersion } from './persona-writing.ts'
import { type Bump, nextVersion } from './semantic-version.ts'

export interface Publishing {
  definition: PersonaDefinition
  bump: Bump
  notes: string | null
}

/**
 * Makes the next version of a definition and puts it in force: the next session has it. Returns its number. Throws `bad_params`
 * where it is what is in force already.
 */
export function publishDefinition(context: CallContext, id: string, { definition, bump, notes }: Publishing): string {
  const { db, caller } = context
  const row = personaRow(db, id)
  if (row !== undefined && differences(currentDefinition(db, row).definition, definition).length === 0)
    throw new LaresError('bad_params', `${id} ${row.current_version} says the same already`, {
      hint: `Change something first: lares personas edit ${id}.`,
    })
  const known = versionsOf(db, id).map(({ version }) => version)
  const version = nextVersion(known, bump)
  writePersona(context, id, { definition, version })
  writeVersion(context, id, { version, definition, notes, by: accountOf(context) })
  context.changed()
  context.addEvent({
    ...{ type: 'persona_published', source: 'user', newState: version },
    ...(row === undefined ? {} : { oldState: row.current_version }),
    data: { persona: id, version, notes, by: caller.principal },
  })
  return version
}

/** The account of whoever asks, where there is one. */
export function accountOf({ db, caller }: Pick<CallContext, 'db' | 'caller'>): string | null {
  if (caller.user === null) return null
  return (db.prepare('SELECT id FROM users WHERE id = ?').pluck().get(caller.user) as string | undefined) ?? null
}
