import { z } from 'zod'
import { DEVICE_NAME_LENGTH, MESSAGE_BYTES } from '../limits.ts'
import { text } from './fields.ts'
import { message } from './message.ts'

/** Welcome, with the id to use from now on, or why not. */
export const joinResponse = message({
  name: 'join-response',
  summary: 'The id of the new device, or why it may not join',
  schema: z.object({
    ok: z.boolean(),
    device: text(40).optional(),
    name: text(DEVICE_NAME_LENGTH).optional(),
    device_type: text(40).optional(),
    error: z.object({ code: text(40), message: text(500), hint: text(500) }).optional(),
  }),
  sample: { ok: true, device: 'kitchen-pi-x7k2m9', name: 'Kitchen Pi', device_type: 'raspberry_pi' },
  maxBytes: MESSAGE_BYTES.json,
})

export type JoinResponse = z.infer<typeof joinResponse.schema>
