import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { text, timeMs } from './fields.ts'
import { message } from './message.ts'

/**
 * How the hub is. Retained, on change and once a minute; over HTTP at any time. The topic is read by people of every house:
 * there each kind of problem stands once, without its message.
 */
export const hubHealth = message({
  name: 'hub-health',
  summary: 'How the hub is',
  schema: z.object({
    state: z.enum(['ok', 'attention', 'degraded', 'stopped']),
    at: timeMs,
    clock: z.enum(['synced', 'unsynced', 'unknown']),
    /** What is wrong, each with its remedy. Empty when all is well. */
    problems: z
      .array(
        z.object({
          code: text(40),
          message: text(500).optional(),
          hint: text(500),
        }),
      )
      .max(32),
  }),
  sample: { state: 'ok', at: 1_795_000_000_000, clock: 'synced', problems: [] },
  maxBytes: MESSAGE_BYTES.json,
})

export type HubHealth = z.infer<typeof hubHealth.schema>
