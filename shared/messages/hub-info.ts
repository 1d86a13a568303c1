import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { text, timeMs } from './fields.ts'
import { message } from './message.ts'

/** Who the hub is. Retained. */
export const hubInfo = message({
  name: 'hub-info',
  summary: 'Who the hub is',
  schema: z.object({
    version: text(50),
    /** The oldest agent that this hub serves in full; absent: an old hub. */
    oldest_agent: text(50).optional(),
    started: timeMs,
    /** Until when an invitation is open; `null` when none is. */
    joining_until: timeMs.nullable(),
  }),
  sample: { version: '0.1.0', oldest_agent: '0.1.0', started: 1_795_000_000_000, joining_until: null },
  maxBytes: MESSAGE_BYTES.json,
})

export type HubInfo = z.infer<typeof hubInfo.schema>
