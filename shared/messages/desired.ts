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
    /** The one that speaks on it. */
    persona: text(50).nullable(),
    /** Of its definition, which the hub has: another one is spoken by from now on. */
    persona_version: text(20).optional(),
  }),
  sample: {
    version: 3,
    name: 'Kitchen Pi',
    settings: { heartbeat_s: 30 },
    persona: 'companion',
    persona_version: '1.0.0',
  },
  maxBytes: MESSAGE_BYTES.json,
  freeform: true,
})

export type Desired = z.infer<typeof desired.schema>
