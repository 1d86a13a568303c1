import { z } from 'zod'
import { text } from '../../shared/messages/fields.ts'
import { readSpan } from '../../shared/read-span.ts'

const SECOND = 1_000
/** Timers of Node end at 2^31 milliseconds. */
const LONGEST = 24 * 86_400_000

const isSpan = (words: string) => {
  const ms = readSpan(words)
  return ms !== null && ms >= SECOND && ms <= LONGEST
}

const span = z.string().refine(isSpan, 'is to be a span of time in quotes, such as "90s", "10min" or "2h", up to "24d"')

/** What a table `[outputs.<key>]` may say, whatever its type. */
const common = {
  /** The number of the pin as Broadcom counts them. */
  pin: z.int().min(0).max(255),
  /** What a person calls it. Default: its key. */
  name: text(60).min(1).optional(),
  /** Whether an electrical low switches it on, as on most relay boards. */
  active_low: z.boolean().default(false),
  /** Longest time that it is on; then it takes its safe state. Absent: no end. */
  max_on: span.optional(),
  /** So long without the hub, and it takes its safe state. */
  hub_loss: z
    .string()
    .refine(
      (words) => words === 'never' || isSpan(words),
      'is to be a span of time such as "60s" or "10min", or "never"',
    )
    .default('60s'),
}

export const relaySettings = z
  .strictObject({ type: z.literal('relay'), ...common, safe: z.enum(['off', 'on']).default('off') })
  .refine(({ safe, max_on }) => safe === 'off' || max_on === undefined, {
    message: 'ends nothing where on is the safe state: remove it, or set safe = "off"',
    path: ['max_on'],
  })

export const dimmerSettings = z
  .strictObject({
    type: z.literal('dimmer'),
    ...common,
    /** Percent. */
    safe: z.number().min(0).max(100).default(0),
    /** Pulses a second. */
    frequency_hz: z.int().min(10).max(100_000).default(1_000),
    /** For a board that is no Raspberry Pi: the folder below /sys/class/pwm. */
    chip: z
      .string()
      .regex(/^pwmchip\d{1,3}$/, 'is to be a folder of /sys/class/pwm, such as "pwmchip0"')
      .optional(),
    channel: z.int().min(0).max(63).optional(),
  })
  .refine(({ chip, channel }) => (chip === undefined) === (channel === undefined), {
    message: 'goes with chip: name both, or neither on a Raspberry Pi',
    path: ['channel'],
  })

export type RelaySettings = z.infer<typeof relaySettings>
export type DimmerSettings = z.infer<typeof dimmerSettings>
export type OutputSettings = RelaySettings | DimmerSettings

/** What each type of output may say, by the word after `type =`. */
export const OUTPUT_TYPES: ReadonlyMap<string, z.ZodType<OutputSettings>> = new Map<string, z.ZodType<OutputSettings>>([
  ['relay', relaySettings],
  ['dimmer', dimmerSettings],
])
