import { z } from 'zod'
import { cleanText } from '../../../shared/clean-text.ts'
import { describeIssues } from '../../../shared/codec.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { deviceClassOf } from '../../../shared/sensor-range.ts'

/** What identifies something is refused when it is too long: cut, it would stand for another thing. */
const identity = text(255).min(1)
const optional = <T extends z.ZodType>(schema: T) => schema.nullable().default(null)

/** Cut to what the column is meant to hold. */
const label = (max: number) => z.string().overwrite((value) => cutText(cleanText(value), max))

const schema = z.object({
  device: z.string(),
  source: text(100).min(1),
  entityId: identity,
  uniqueId: optional(identity),
  name: label(255),
  type: label(50),
  deviceClass: optional(label(50)),
  /** Absent: its states are words. */
  measures: optional(z.object({ kind: label(40), unit: label(20) })),
  icon: optional(label(100)),
})

/**
 * An entity as a bridge or connection describes it. `entityId` and `uniqueId` are taken as they are; the unique id is what
 * stays when somebody renames the entity at its source, and `null` where the source has none.
 */
export type EntityDescription = z.input<typeof schema>

export type ReadDescription = Omit<z.output<typeof schema>, 'measures'> & { kind: string | null; unit: string }

/** The description with its words cut to size. Throws `bad_message` when what identifies the entity cannot be used. */
export function readDescription(given: EntityDescription): ReadDescription {
  const read = schema.safeParse(given)
  if (!read.success) throw new LaresError('bad_message', `no entity can be made of this: ${describeIssues(read.error)}`)
  const { measures, ...entity } = read.data
  const { kind, unit } = measures ?? { kind: null, unit: '' }
  return {
    ...entity,
    kind,
    unit,
    name: entity.name === '' ? cutText(cleanText(entity.entityId), 255) : entity.name,
    deviceClass: entity.deviceClass ?? (kind === null ? null : deviceClassOf(kind, unit)),
  }
}
