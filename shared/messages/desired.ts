import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { jsonObject, text } from './fields.ts'
import { message } from './message.ts'

/** Settings the house wants the device to have, by key. They name local entries; they never carry code, paths or URLs. */
export const desired = message({
  name: 'desired',
  summary: 'Settings the house wants the device to have',
  schema: z.object({
    version: z.int().min(0),
    name: text(255),
    settings: jsonObject,
    persona: text(50).nullable(),
  }),
  sample: { version: 3, name: 'Kitchen Pi', settings: { heartbeat_s: 30 }, persona: 'companion' },
  maxBytes: MESSAGE_BYTES.json,
  freeform: true,
})

export type Desired = z.infer<typeof desired.schema>
