import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { epochId, lane, sequence, text } from './fields.ts'
import { message } from './message.ts'

/**
 * Everything of this epoch up to here is on the hub's disk. The outbox deletes on this, never on PUBACK:
 * another broker's PUBACK means something else. Rejected rows count as handled; each says why.
 */
export const ack = message({
  name: 'ack',
  summary: 'Everything up to here is on disk',
  schema: z.object({
    epoch: epochId,
    upto: z.object({ urgent: sequence.optional(), live: sequence.optional(), backlog: sequence.optional() }),
    rejected: z.array(z.object({ lane, seq: sequence, code: text(40), hint: text(300) })).max(100),
  }),
  sample: {
    epoch: '01jd0c5v8y4k2m9t',
    upto: { urgent: 4712, live: 4711 },
    rejected: [
      {
        lane: 'live',
        seq: 4709,
        code: 'bad_value',
        hint: 'A value is a finite number; send words as events and leave out what is not known.',
      },
    ],
  },
  maxBytes: MESSAGE_BYTES.json,
})

export type Ack = z.infer<typeof ack.schema>
