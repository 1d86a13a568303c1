import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { jsonObject, wireId } from './fields.ts'
import { message } from './message.ts'

/** The hub asks the device to do something it knows how to do. Never retained; handled ids are kept at the device. */
export const command = message({
  name: 'command',
  summary: 'The hub asks the device to do something it knows how to do',
  schema: z.object({
    id: wireId,
    name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
    params: jsonObject,
    /**
     * Counted on the device's monotonic clock from receipt. Absent: as long as the device gives this command, ten seconds
     * for `switch`, a minute for the others.
     */
    expires_in_ms: z.int().min(0).max(604_800_000).optional(),
  }),
  sample: { id: '01jd0c62-cmd-1', name: 'identify', params: { seconds: 5 }, expires_in_ms: 30_000 },
  maxBytes: MESSAGE_BYTES.json,
  freeform: true,
})

export type Command = z.infer<typeof command.schema>
