import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { jsonObject, text, timeMs } from './fields.ts'
import { message } from './message.ts'

/** What changed, for screens that show it. May be missed: ask again with a command. */
export const adminEvent = message({
  name: 'admin-event',
  summary: 'What changed, for screens that show it',
  schema: z.object({ type: text(100), at: timeMs, house: text(64).nullable(), data: jsonObject }),
  sample: { type: 'device_joined', at: 1_795_000_000_000, house: null, data: { device: 'kitchen-pi-x7k2m9' } },
  maxBytes: MESSAGE_BYTES.json,
  freeform: true,
})

export type AdminEvent = z.infer<typeof adminEvent.schema>
