import { z } from 'zod'
import { sensorKey } from './messages/fields.ts'

/**
 * What a house may set on a device, by key: numbers, and words of a list. None of it is anything that can be executed, opened
 * or called, and sensors are named by the key of their local table.
 */
export const DEVICE_SETTINGS = {
  /** Seconds between two heartbeats. */
  heartbeat_s: z.number().min(5).max(3_600),
  /** What begins a conversation. */
  talk_trigger: z.enum(['voice', 'button', 'both']),
  /** How loud it speaks, in percent. */
  volume: z.int().min(0).max(100),
  sensors: z.record(
    sensorKey,
    z.strictObject({
      interval_s: z.number().min(1).max(86_400).optional(),
      deadband: z.number().min(0).optional(),
    }),
  ),
} as const

/** What is set; what is not there is as the device's own file says. */
export type DeviceSettings = Partial<{
  -readonly [K in keyof typeof DEVICE_SETTINGS]: z.infer<(typeof DEVICE_SETTINGS)[K]>
}>
