import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { bootId, identity, sentAt, text, wireId, words } from './fields.ts'
import { message } from './message.ts'

/** What became of a command. Goes through the outbox, so it arrives even when the hub was away meanwhile. */
export const result = message({
  name: 'result',
  summary: 'What became of a command',
  schema: z.object({
    ...identity,
    boot: bootId.optional(),
    sent: sentAt.optional(),
    id: wireId,
    ok: z.boolean(),
    value: z.json().optional(),
    error: z.object({ code: text(40), message: words(500) }).optional(),
  }),
  sample: {
    epoch: '01jd0c5v8y4k2m9t',
    lane: 'urgent',
    seq: 4713,
    id: '01jd0c62-cmd-1',
    ok: true,
    value: { seconds: 5 },
  },
  maxBytes: MESSAGE_BYTES.json,
  freeform: true,
})

export type Result = z.infer<typeof result.schema>
