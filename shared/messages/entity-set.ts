import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { text } from './fields.ts'
import { message } from './message.ts'

/** What begins otherwise is JSON. */
const PLAIN = /^[^{]/

/**
 * What an entity is told, in the words of `entities set`. Plain text is taken as `what`: `on`, `40%`, `2700 K`, `open`, `21.5`. The answer to it is the one of
 * `entities/set`, on the sender's own branch; what comes of it is seen in the entity's state.
 */
export const entitySet = message({
  name: 'entity-set',
  summary: 'What an entity is told; plain text is taken, too: on, 40%, 2700 K, open, 21.5',
  schema: z.object({
    /** As a person would say it: `on`, `40%`, `red`, `open`, a number, an option. */
    what: z.union([text(255), z.number(), z.boolean()]),
  }),
  sample: { what: '40%' },
  maxBytes: 1_024,
  usual: (bytes) => {
    const said = isUtf8(bytes) ? bytes.toString() : ''
    return PLAIN.test(said) && said.length <= 255 ? { what: said } : null
  },
})

export type EntitySet = z.infer<typeof entitySet.schema>
