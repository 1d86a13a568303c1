import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { text, timeMs } from './fields.ts'
import { message } from './message.ts'

/** Whether a device can be reached. Retained, and only the hub writes it. */
export const status = message({
  name: 'status',
  summary: 'Whether a device can be reached',
  schema: z.object({
    status: z.enum(['online', 'offline', 'busy', 'error']),
    since: timeMs,
    /** `connected`, `clean`, `lost`, `silent`, `identity_shared`, `taken_over`, `revoked`, `hub_restart`, `never_connected`. */
    reason: text(40),
  }),
  sample: { status: 'online', since: 1_795_000_000_000, reason: 'connected' },
  maxBytes: MESSAGE_BYTES.json,
})

export type Status = z.infer<typeof status.schema>
