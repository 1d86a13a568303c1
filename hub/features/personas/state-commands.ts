import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { refuseCentral } from '../sync/refuse-central.ts'
import { EMERGENCY_PRIORITY } from './definition.ts'
import { personaParam } from './draft-commands.ts'
import { publishedPersona, versionDefinition } from './persona-row.ts'
import { publishDefinition } from './publish-persona.ts'
import { devicesWithPersona } from './speaking-persona.ts'

const stateAnswer = z.strictObject({ persona: z.string(), is_active: z.boolean(), was_active: z.boolean() })

export const activatePersona = adminCommand({
  area: 'personas',
  verb: 'activate',
  needs: 'administer',
  summary: 'Let a persona speak again; which device has it is said with devices configure and groups update',
  params: z.strictObject({ persona: personaParam }),
  result: stateAnswer,
  examples: [{ says: 'one that was silent', params: { persona: 'emergency' } }],
  positional: ['persona'],
  changes: true,
  run: (context, { persona }) => setActive(context, persona, true),
})

export const deactivatePersona = adminCommand({
  area: 'personas',
  verb: 'deactivate',
  needs: 'administer',
  summary: 'Have a persona speak nowhere any more, from the next turn on; its versions stay',
  params: z.strictObject({ persona: personaParam }),
  result: stateAnswer,
  examples: [{ says: 'one that nobody is to hear', params: { persona: 'medication_nurse' } }],
  positional: ['persona'],
  changes: true,
  danger({ db }, { persona }) {
    const devices = devicesWithPersona(db, publishedPersona(db, persona).id)
    if (devices === 0) return null
    const many = devices === 1 ? 'One device has' : `${devices} devices have`
    return `${many} ${persona}, and will be spoken for by the persona of the house.`
  },
  run(context, { persona }) {
    const { db } = context
    const { id, is_active } = publishedPersona(db, persona)
    const others = db
      .prepare('SELECT 1 FROM personas WHERE is_active = 1 AND priority < ? AND id <> ?')
      .get(EMERGENCY_PRIORITY, id)
    if (is_active === 1 && others === undefined)
      throw new LaresError('bad_params', `${id} is the last persona that answers everyday questions`, {
        hint: 'Activate another one first: lares personas activate companion.',
      })
    return setActive(context, persona, false)
  },
})

export const rollbackPersona = adminCommand({
  area: 'personas',
  verb: 'rollback',
  needs: 'administer',
  summary: 'Publish what an older version of a persona was, as a new version',
  params: z.strictObject({
    persona: personaParam,
    version: text(20).min(1).optional().meta({ description: 'the version to go back to; default: the one before' }),
    notes: text(2_000).optional().meta({ description: 'why' }),
  }),
  result: z.strictObject({ persona: z.string(), version: z.string(), as: z.string(), was: z.string() }),
  examples: [{ says: 'a version that was better', params: { persona: 'companion', version: '1.0.0' } }],
  positional: ['persona', 'version'],
  changes: true,
  run(context, { persona, version, notes }) {
    const { db } = context
    const { id, current_version: was } = publishedPersona(db, persona)
    refuseCentral(db, 'personas', id)
    const as = version ?? versionBefore(context, id, was)
    const { definition } = versionDefinition(db, id, as)
    const why = notes === undefined ? `Back to ${as}.` : `Back to ${as}: ${notes}`
    const made = publishDefinition(context, id, { definition, bump: 'patch', notes: why })
    return { persona: id, version: made, as, was }
  },
})

/** The newest version that was there before the one in force. Throws `bad_params` where there is none. */
function versionBefore({ db }: CallContext, id: string, current: string): string {
  const before = db
    .prepare(
      'SELECT v.version FROM persona_versions v JOIN persona_versions c ON c.persona_id = v.persona_id AND c.version = ? ' +
        'WHERE v.persona_id = ? AND v.rowid < c.rowid ORDER BY v.rowid DESC LIMIT 1',
    )
    .pluck()
    .get(current, id) as string | undefined
  if (before !== undefined) return before
  throw new LaresError('bad_params', `${id} has no version before ${current}`, {
    hint: `See its versions: lares personas show ${id}.`,
  })
}

function setActive(context: CallContext, persona: string, active: boolean) {
  const { db, now, caller } = context
  const { id, is_active } = publishedPersona(db, persona)
  refuseCentral(db, 'personas', id)
  const answer = { persona: id, is_active: active, was_active: is_active === 1 }
  if (answer.was_active === active) return answer
  db.prepare('UPDATE personas SET is_active = ?, updated_at = ? WHERE id = ?').run(Number(active), now, id)
  context.changed()
  context.addEvent({
    ...{ type: active ? 'persona_activated' : 'persona_deactivated', source: 'user' },
    data: { persona: id, by: caller.principal },
  })
  return answer
}
