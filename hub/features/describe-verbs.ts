import { z } from 'zod'
import { text } from '../../shared/messages/fields.ts'
import { RIGHTS } from '../../shared/rights.ts'
import { type AdminCommand, adminCommand } from '../engine/admin-command.ts'
import { describeCommand } from '../engine/describe-command.ts'

const schema = z.record(z.string(), z.unknown())

const described = z.strictObject({
  area: z.string(),
  verb: z.string(),
  summary: z.string(),
  needs: z.enum(RIGHTS).nullable(),
  needs_person: z.boolean(),
  changes: z.boolean(),
  dangerous: z.boolean(),
  positional: z.array(z.string()),
  secret_params: z.array(z.string()),
  examples: z.array(z.strictObject({ says: z.string(), params: schema })),
  /** JSON Schemas. */
  params: schema,
  result: schema,
})

/** The verb that tells of all verbs. `list` is asked when somebody asks: the list holds this command too. */
export function describeVerbs(list: () => readonly AdminCommand[]): AdminCommand {
  return adminCommand({
    area: 'admin',
    verb: 'describe',
    needs: null,
    summary: 'Every command with JSON Schemas of its params and its answer, examples, rights and dangers',
    params: z.strictObject({ area: text(40).optional(), verb: text(40).optional() }),
    result: z.strictObject({ commands: z.array(described) }),
    examples: [
      { says: 'everything that can be asked of this hub', params: {} },
      { says: 'one command', params: { area: 'devices', verb: 'rename' } },
    ],
    positional: ['area', 'verb'],
    changes: false,
    query(_context, { area, verb }) {
      const wanted = list().filter(
        (one) => (area === undefined || one.area === area) && (verb === undefined || one.verb === verb),
      )
      return { commands: wanted.map(describeCommand) }
    },
  })
}
