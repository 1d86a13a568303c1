import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { text, timeMs } from './fields.ts'
import { message } from './message.ts'

/** The latest value of a sensor. Retained, on change, at most once a second. */
export const state = message({
  name: 'state',
  summary: 'The latest value of a sensor',
  schema: z.object({
    value: z.number(),
    unit: text(20),
    at: timeMs,
    quality: z.number().min(0).max(1),
    time_quality: z.enum(['good', 'corrected', 'unknown']),
  }),
  sample: { value: 51.2, unit: '°C', at: 1_794_999_999_000, quality: 1, time_quality: 'good' },
  maxBytes: MESSAGE_BYTES.json,
})

export type State = z.infer<typeof state.schema>
