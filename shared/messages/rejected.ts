import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { text, timeMs } from './fields.ts'
import { message } from './message.ts'

/**
 * The hub could not understand a message. Sent for every rejected message, also for those without an identity,
 * which no `ack` can name. The bytes are kept at the hub.
 */
export const rejected = message({
  name: 'rejected',
  summary: 'The hub could not understand a message',
  schema: z.object({
    /** Where the message was published. */
    topic: text(512),
    /** One of the error codes. */
    code: text(40),
    /** What is wrong, with the path to the field. */
    reason: text(1_000),
    /** What to do about it. */
    hint: text(300),
    at: timeMs,
  }),
  sample: {
    topic: 'lares/esp32-x7k2m9/readings',
    code: 'bad_message',
    reason: 'items.0.value: Invalid input: expected number, received string',
    hint: 'Compare the payload with the sample of this topic in docs/protocol.md.',
    at: 1_795_000_000_000,
  },
  maxBytes: MESSAGE_BYTES.json,
})

export type Rejected = z.infer<typeof rejected.schema>
