import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { refuseCentral } from '../sync/refuse-central.ts'
import { readDefinition } from './definition.ts'
import { personaId, personaParam } from './draft-commands.ts'
import { DRAFT, definitionAt } from './look-commands.ts'
import { type PersonaFile, personaFile, personaFileParam } from './persona-file.ts'
import {
  currentDefinition,
  draftOf,
  personaNamed,
  personaRow,
  publishedPersona,
  versionDefinition,
  versionsOf,
} from './persona-row.ts'
import { writePersona, writeVersion } from './persona-writing.ts'
import { accountOf } from './publish-persona.ts'
import { compareVersions, isVersion } from './semantic-version.ts'

/** The least that a file has. */
const EXAMPLE = {
  ...{ format: 'lares-persona-1', persona: 'butler', current_version: '1.0.0' },
  versions: [{ version: '1.0.0', created_at: 0, definition: { name: 'Butler', system_prompt: 'You are a butler.' } }],
}

export const exportPersona = adminCommand({
  area: 'personas',
  verb: 'export',
  needs: 'read',
  summary: 'A persona with all its versions as one JSON file, for another house',
  params: z.strictObject({ persona: personaParam }),
  result: personaFile.meta({ format: 'json-file' }),
  examples: [{ says: 'one to keep or to give away', params: { persona: 'companion' } }],
  positional: ['persona'],
  changes: false,
  query({ db }, { persona }) {
    const row = publishedPersona(db, persona)
    const { id, current_version } = row
    if (!isVersion(current_version))
      throw new LaresError(
        'bad_params',
        `central calls the version of ${id} ${current_version}, and a file needs a number`,
        {
          hint: 'Put it at central with a current_version like 1.2.0.',
        },
      )
    const versions = versionsOf(db, id)
      // Central may have called one by a word. It is exported as what it is at central, from there.
      .filter(({ version }) => isVersion(version))
      .sort((a, b) => compareVersions(a.version, b.version))
      .map(({ version, change_notes, created_at }) => ({
        ...{ version, change_notes, created_at, definition: versionDefinition(db, id, version).definition },
      }))
    if (!versions.some(({ version }) => version === current_version))
      versions.push({
        ...{ version: current_version, change_notes: null, created_at: row.updated_at },
        definition: currentDefinition(db, row).definition,
      })
    return { format: 'lares-persona-1', persona: id, current_version, versions }
  },
})

export const importPersona = adminCommand({
  area: 'personas',
  verb: 'import',
  needs: 'administer',
  summary: 'Take a persona in from a file of another house, with its versions; its current one is in force then',
  params: z.strictObject({
    persona: personaFileParam,
    as: personaId.optional().meta({ description: 'another id than that of the file' }),
    dry_run: z.boolean().default(false).meta({ description: 'only say what would happen' }),
  }),
  result: z.strictObject({
    persona: z.string(),
    version: z.string(),
    was: z.string().nullable(),
    /** Versions that were not here. */
    added: z.array(z.string()),
  }),
  examples: [{ says: 'one of another house', params: { persona: EXAMPLE } }],
  positional: ['persona'],
  changes: true,
  run(context, { persona: file, as, dry_run }) {
    const id = as ?? file.persona
    refuseCentral(context.db, 'personas', id)
    const added = unknownVersions(context, id, file)
    const row = personaRow(context.db, id)
    const was = row?.current_version ?? null
    const answer = { persona: id, version: file.current_version, was, added: added.map(({ version }) => version) }
    if (!dry_run && (added.length > 0 || was !== file.current_version)) takeIn(context, id, { file, added, was })
    return answer
  },
})

export const validatePersona = adminCommand({
  area: 'personas',
  verb: 'validate',
  needs: 'read',
  summary: 'What is wrong with a persona or its draft',
  params: z.strictObject({ persona: personaParam }),
  result: z.strictObject({ persona: z.string(), version: z.string(), ok: z.boolean(), faults: z.array(z.string()) }),
  examples: [{ says: 'one that central manages', params: { persona: 'companion' } }],
  positional: ['persona'],
  changes: false,
  query({ db }, { persona }) {
    const { id, row } = personaNamed(db, persona)
    const version = draftOf(db, id) === undefined ? (row?.current_version ?? DRAFT) : DRAFT
    const { faults } = definitionAt(db, id, version)
    return { persona: id, version, ok: faults.length === 0, faults }
  },
})

type FileVersion = PersonaFile['versions'][number]

/** Those that are not here. Throws `already_exists` where one is here and says something else: a version is for ever. */
function unknownVersions({ db }: CallContext, id: string, { versions }: PersonaFile): FileVersion[] {
  const here = new Map(versionsOf(db, id).map(({ version, artifacts }) => [version, artifacts]))
  return versions.filter(({ version, definition }) => {
    const known = here.get(version)
    if (known === undefined) return true
    const own = readDefinition(known === null ? null : JSON.parse(known), id).definition
    if (isDeepStrictEqual(own, definition)) return false
    throw new LaresError('already_exists', `${id} ${version} is here already and says something else`, {
      hint: `Take the file in beside it: --as ${id}_2.`,
    })
  })
}

function takeIn(
  context: CallContext,
  id: string,
  { file, added, was }: { file: PersonaFile; added: FileVersion[]; was: string | null },
): void {
  const current = file.versions.find(({ version }) => version === file.current_version)
  if (current === undefined) return
  writePersona(context, id, { definition: current.definition, version: current.version })
  const by = accountOf(context)
  // Nobody here answers for what a file says of when it was made.
  for (const { version, definition, change_notes: notes } of added)
    writeVersion(context, id, { version, definition, notes, by })
  context.changed()
  context.addEvent({
    ...{ type: 'persona_published', source: 'user', newState: current.version },
    ...(was === null ? {} : { oldState: was }),
    data: {
      ...{ persona: id, version: current.version, by: context.caller.principal },
      imported: added.map(({ version }) => version),
    },
  })
}
