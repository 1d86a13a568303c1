import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { text } from './fields.ts'
import { message } from './message.ts'

/** The answer, on the caller's own branch. PUBACK only means received. */
export const adminResponse = message({
  name: 'admin-response',
  summary: 'The answer to an admin request',
  schema: z.object({
    id: text(64),
    status: z.enum(['ok', 'error', 'pending']),
    data: z.json().optional(),
    error: z.object({ code: text(40), message: text(2_000), hint: text(500) }).optional(),
  }),
  sample: { id: 'req-1', status: 'ok', data: { devices: [] } },
  maxBytes: MESSAGE_BYTES.admin,
  freeform: true,
})

export type AdminResponse = z.infer<typeof adminResponse.schema>
