import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { message } from './message.ts'

/** Left with the broker at connect, published by it when the connection dies. Ignored when a newer connect exists. */
export const will = message({
  name: 'will',
  summary: 'Left with the broker, published when the connection dies',
  schema: z.object({ connects: z.int().min(1) }),
  sample: { connects: 17 },
  maxBytes: MESSAGE_BYTES.json,
})

export type Will = z.infer<typeof will.schema>
