import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import { personaDefinition } from './definition.ts'
import { personaId } from './draft-commands.ts'
import { isVersion } from './semantic-version.ts'

/** A house publishes a few versions a month. A file with more, or larger, is something else. */
const MOST_VERSIONS = 200
const MOST_CHARACTERS = 512 * 1024

const version = z.string().refine(isVersion, 'is no version; write it like 1.2.0')

/** A persona with its versions, as it goes from house to house. */
export const personaFile = z.strictObject({
  format: z.literal('lares-persona-1'),
  persona: personaId,
  current_version: version,
  /** The oldest first. */
  versions: z
    .array(
      z.strictObject({
        version,
        change_notes: text(2_000).nullable().default(null),
        created_at: time,
        definition: personaDefinition,
      }),
    )
    .min(1)
    .max(MOST_VERSIONS),
})

export type PersonaFile = z.infer<typeof personaFile>

/** Such a file as a param: as an object, or as its text. What is too large is not read at all. */
export const personaFileParam = z
  .unknown()
  .transform((given, context) => {
    const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? '')
    if (text.length > MOST_CHARACTERS) return refuse(context, `is larger than ${MOST_CHARACTERS / 1024} kB`)
    const value = typeof given === 'string' ? parsed(given) : given
    const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined
    if (format !== 'lares-persona-1') return refuse(context, 'is no persona as lares personas export writes it')
    return value
  })
  .pipe(
    personaFile
      .refine(({ versions }) => new Set(versions.map((one) => one.version)).size === versions.length, {
        path: ['versions'],
        error: 'has a version twice',
      })
      .refine(({ versions, current_version }) => versions.some((one) => one.version === current_version), {
        path: ['current_version'],
        error: 'is none of the versions',
      }),
  )
  .meta({ format: 'json-file', description: 'a persona as lares personas export writes it' })

function refuse(context: z.core.$RefinementCtx, message: string) {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
