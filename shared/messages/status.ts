import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { severity } from './event.ts'
import { text, timeMs } from './fields.ts'
import { message } from './message.ts'

/** More do not fit. The newest come first. */
export const ALARMS_SHOWN = 16

/** Whether a device can be reached, and what is wrong with it. Retained, and only the hub writes it. */
export const status = message({
  name: 'status',
  summary: 'Whether a device can be reached, and what is wrong with it',
  schema: z.object({
    status: z.enum(['online', 'offline', 'busy', 'error']),
    since: timeMs,
    /** `connected`, `clean`, `lost`, `silent`, `identity_shared`, `taken_over`, `revoked`, `hub_restart`, `never_connected`. */
    reason: text(40),
    /** What is wrong until its all-clear comes, the newest first. Absent: nothing. */
    alarms: z
      .array(
        z.object({
          /** The type of event that raised it. */
          type: text(100),
          /** How bad it is. */
          severity,
          /** When it began, by the device's word as the hub mended it. */
          since: timeMs,
          /** The sensor, or the source of sensors, that it is about; `null`: the device. */
          part: text(100).nullable(),
          /** What is wrong and what to do about it, in a sentence. */
          description: text(300),
        }),
      )
      .max(ALARMS_SHOWN)
      .optional(),
  }),
  sample: {
    status: 'online',
    since: 1_795_000_000_000,
    reason: 'connected',
    alarms: [
      {
        type: 'sensor_failing',
        severity: 'warning',
        since: 1_795_000_060_000,
        part: 'hall_temperature',
        description: 'hall_temperature: the probe does not answer. Plug the device in.',
      },
    ],
  },
  maxBytes: MESSAGE_BYTES.json,
})

export type Status = z.infer<typeof status.schema>
