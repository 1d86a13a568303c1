import { z } from 'zod'
import { ITEMS_PER_MESSAGE, MESSAGE_BYTES } from '../limits.ts'
import { bootId, identity, monoMs, sensorKey, sentAt, text, timeMs } from './fields.ts'
import { message } from './message.ts'

/**
 * Measured values. A value is a finite number in the sensor's unit (a boolean is 0 or 1; a word is an event).
 * `quality` is 0 to 1 and absent means 1. `kind` and `unit` are needed only from a device that sends no birth.
 */
export const readings = message({
  name: 'readings',
  summary: 'Measured values',
  schema: z.object({
    ...identity,
    boot: bootId.optional(),
    sent: sentAt.optional(),
    items: z
      .array(
        z.object({
          sensor: sensorKey,
          value: z.number(),
          /** When it was measured, by the device's wall clock. Absent means now, at the hub. */
          at: timeMs.optional(),
          /** The same moment on the monotonic clock, so that the hub can mend a wrong wall clock. */
          mono: monoMs.optional(),
          quality: z.number().min(0).max(1).optional(),
          kind: text(40).optional(),
          unit: text(20).optional(),
        }),
      )
      .min(1)
      .max(ITEMS_PER_MESSAGE),
  }),
  sample: {
    epoch: '01jd0c5v8y4k2m9t',
    lane: 'live',
    seq: 4711,
    boot: '5c1c3c3e-7b0a-4d8e-9a55-0d7f0f6a1b2c',
    sent: { at: 1_795_000_000_000, mono: 123_456.5 },
    items: [
      { sensor: 'cpu_temperature', value: 51.2, at: 1_794_999_999_000, mono: 122_456.5 },
      { sensor: 'window', value: 1, quality: 0.5, kind: 'opening', unit: '' },
    ],
  },
  maxBytes: MESSAGE_BYTES.json,
})

export type Readings = z.infer<typeof readings.schema>
