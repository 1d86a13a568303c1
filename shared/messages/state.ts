import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { jsonObject, text, timeMs } from './fields.ts'
import { message } from './message.ts'

/** The latest state of an entity, a sensor among them. Retained, on change, at most once a second. */
export const state = message({
  name: 'state',
  summary: 'The latest state of an entity',
  schema: z.object({
    /** A number in `unit`, a word, or true or false; `null`: nobody knows. Sensors of an agent have numbers. */
    value: z.union([z.number(), z.boolean(), text(255)]).nullable(),
    unit: text(20),
    at: timeMs,
    quality: z.number().min(0).max(1),
    time_quality: z.enum(['good', 'corrected', 'unknown']),
    /** Whether the entity can be reached; without it `value` is `null`. Absent: it can. */
    available: z.boolean().optional(),
    /** What belongs to the state, as its source names it; 16,384 characters of JSON at most. Absent: nothing. */
    attributes: jsonObject.optional(),
  }),
  sample: { value: 51.2, unit: '°C', at: 1_794_999_999_000, quality: 1, time_quality: 'good' },
  maxBytes: MESSAGE_BYTES.json,
  freeform: true,
})

export type State = z.infer<typeof state.schema>
