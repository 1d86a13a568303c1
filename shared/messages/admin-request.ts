import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { text } from './fields.ts'
import { message } from './message.ts'

/** A person or program asks the hub for something. The verb stands in the topic; a retained request is refused. */
export const adminRequest = message({
  name: 'admin-request',
  summary: 'A person or program asks the hub for something',
  schema: z.object({
    /** Chosen by the caller; the response carries it, and a repeated changing command is answered, not run, again. */
    id: text(64).min(1),
    params: z.record(z.string(), z.unknown()).default({}),
    expires_in_ms: z.int().min(0).optional(),
    confirm: z.boolean().optional(),
  }),
  sample: { id: 'req-1', params: { name: 'Kitchen Pi', device_type: 'raspberry_pi' } },
  maxBytes: MESSAGE_BYTES.admin,
  freeform: true,
})

export type AdminRequest = z.infer<typeof adminRequest.schema>
