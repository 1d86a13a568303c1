import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { SAYS_NOTHING, saysSomething } from '../house/names.ts'
import { refuseCentral } from '../sync/refuse-central.ts'
import { PERSONA_ID, type PersonaDefinition } from './definition.ts'
import { differenceLine, differences } from './definition-lines.ts'
import { personaFields, withWishes } from './persona-fields.ts'
import {
  currentDefinition,
  draftDefinition,
  draftOf,
  personaNamed,
  personaRow,
  publishedPersona,
} from './persona-row.ts'
import { accountOf, publishDefinition } from './publish-persona.ts'
import { BUMPS } from './semantic-version.ts'

export const personaId = z
  .string()
  .regex(PERSONA_ID, 'is no id: a small letter, then small letters, digits, _ and -, 2 to 50 in all')
export const personaParam = text(50).min(1).meta({ description: 'its id, as lares personas list shows it' })

export const createPersona = adminCommand({
  area: 'personas',
  verb: 'create',
  needs: 'administer',
  summary: 'Begin a persona as a draft; nobody hears it before it is published',
  params: z.strictObject({
    persona: personaId.meta({ description: 'an id that stays: medication_nurse' }),
    from: text(50).optional().meta({ description: 'a persona whose definition it begins with' }),
    ...personaFields,
  }),
  result: z.strictObject({ persona: z.string(), name: z.string(), see: z.string() }),
  examples: [
    {
      says: 'one of your own',
      params: { persona: 'butler', name: 'Butler', prompt: 'You are a butler. Answer in one polite sentence.' },
    },
    { says: 'one like another', params: { persona: 'companion_de', from: 'companion', language: 'de' } },
  ],
  positional: ['persona'],
  changes: true,
  run(context, { persona, from, ...wishes }) {
    const { db } = context
    if (personaRow(db, persona) !== undefined || draftOf(db, persona) !== undefined)
      throw new LaresError('already_exists', `there is a persona ${persona} already`, {
        hint: `Change it with lares personas edit ${persona}, or choose another id.`,
      })
    const before = from === undefined ? { name: persona } : beginning(context, from)
    if (from === undefined && wishes.prompt === undefined && wishes.definition?.system_prompt === undefined)
      throw new LaresError('bad_params', `${persona} has nothing that it is told`, {
        hint: 'Say it with --prompt, or begin with that of another: --from companion.',
      })
    const definition = withWishes(before, wishes)
    keepDraft(context, persona, { definition, basedOn: null })
    return { persona, name: definition.name, see: `lares personas publish ${persona}` }
  },
})

export const editPersona = adminCommand({
  area: 'personas',
  verb: 'edit',
  needs: 'administer',
  summary: 'Change the draft of a persona, or begin one; what is in force stays until the draft is published',
  params: z
    .strictObject({
      persona: personaParam,
      ...personaFields,
      discard: z.boolean().default(false).meta({ description: 'throw the draft away' }),
    })
    .refine(({ discard, ...params }) => discard || saysSomething(params, 'persona'), SAYS_NOTHING),
  result: z.strictObject({
    persona: z.string(),
    /** What differs from what is in force; of a new persona everything is new. */
    changes: z.array(differenceLine),
    /** What to do with it. */
    see: z.string().nullable(),
  }),
  examples: [
    { says: 'shorter answers', params: { persona: 'companion', max_sentences: 2 } },
    { says: 'any part of its definition', params: { persona: 'companion', definition: { tags: ['calm'] } } },
  ],
  positional: ['persona'],
  changes: true,
  run(context, { persona, discard, ...wishes }) {
    const { db } = context
    const { id, row } = personaNamed(db, persona)
    if (row !== undefined) refuseCentral(db, 'personas', id)
    const draft = draftOf(db, id)
    if (discard) {
      db.prepare('DELETE FROM persona_drafts WHERE persona_id = ?').run(id)
      return { persona: id, changes: [], see: null }
    }
    const current = row === undefined ? null : currentDefinition(db, row).definition
    const before = draft === undefined ? current : draftDefinition(draft, id)
    const definition = withWishes(before ?? {}, wishes)
    keepDraft(context, id, {
      definition,
      basedOn: draft === undefined ? (row?.current_version ?? null) : draft.based_on,
    })
    const changes = current === null ? [] : differences(current, definition)
    return { persona: id, changes, see: `lares personas publish ${id}` }
  },
})

export const publishPersona = adminCommand({
  area: 'personas',
  verb: 'publish',
  needs: 'administer',
  summary: 'Make the draft of a persona its next version: sessions that begin from now on have it',
  params: z.strictObject({
    persona: personaParam,
    bump: z.enum(BUMPS).default('patch').meta({ description: 'which part of the number counts up' }),
    notes: text(2_000).optional().meta({ description: 'what is other, and why' }),
    anyway: z.boolean().default(false).meta({ description: 'also over a version that came after the draft was begun' }),
  }),
  result: z.strictObject({ persona: z.string(), version: z.string(), was: z.string().nullable() }),
  examples: [{ says: 'what was edited', params: { persona: 'companion', bump: 'minor', notes: 'Shorter answers.' } }],
  positional: ['persona'],
  changes: true,
  run(context, { persona, bump, notes, anyway }) {
    const { db } = context
    const { id, row } = personaNamed(db, persona)
    if (row !== undefined) refuseCentral(db, 'personas', id)
    const draft = draftOf(db, id)
    if (draft === undefined)
      throw new LaresError('bad_params', `${id} has no draft`, {
        hint: `Change something first: lares personas edit ${id}.`,
      })
    const was = row?.current_version ?? null
    if (!anyway && was !== draft.based_on)
      throw new LaresError(
        'bad_params',
        `the draft began with ${draft.based_on ?? 'nothing'}, and ${was} is in force`,
        {
          hint: `See lares personas diff ${id}; then publish it with --anyway, or throw it away: lares personas edit ${id} --discard.`,
        },
      )
    const version = publishDefinition(context, id, {
      definition: draftDefinition(draft, id),
      bump,
      notes: notes ?? null,
    })
    db.prepare('DELETE FROM persona_drafts WHERE persona_id = ?').run(id)
    return { persona: id, version, was }
  },
})

function beginning({ db }: CallContext, from: string): PersonaDefinition {
  const row = publishedPersona(db, from)
  return currentDefinition(db, row).definition
}

function keepDraft(
  context: CallContext,
  id: string,
  { definition, basedOn }: { definition: PersonaDefinition; basedOn: string | null },
): void {
  const { db, now } = context
  db.prepare(
    'INSERT INTO persona_drafts (persona_id, definition, based_on, edited_by, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?) ' +
      'ON CONFLICT (persona_id) DO UPDATE SET definition = excluded.definition, edited_by = excluded.edited_by, updated_at = excluded.updated_at',
  ).run(id, JSON.stringify(definition), basedOn, accountOf(context), now, now)
}
