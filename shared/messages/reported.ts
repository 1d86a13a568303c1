import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { jsonObject, sensorKey, words } from './fields.ts'
import { message } from './message.ts'

/** Which version of `desired` the device has taken, and what of it it could not take. Idempotent by version. */
export const reported = message({
  name: 'reported',
  summary: 'Which settings the device has taken',
  schema: z.object({
    version: z.int().min(0),
    settings: jsonObject,
    refused: z.array(z.object({ key: sensorKey, reason: words(200) })).max(64),
  }),
  sample: { version: 3, settings: { heartbeat_s: 30 }, refused: [] },
  maxBytes: MESSAGE_BYTES.json,
  freeform: true,
})

export type Reported = z.infer<typeof reported.schema>
