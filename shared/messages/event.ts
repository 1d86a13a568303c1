import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { bootId, identity, monoMs, sensorKey, sentAt, timeMs, words, wordsObject } from './fields.ts'
import { message } from './message.ts'

/** The least first. */
export const EVENT_SEVERITIES = ['debug', 'info', 'warning', 'error', 'critical'] as const
export const severity = z.enum(EVENT_SEVERITIES)
export type Severity = z.infer<typeof severity>

/**
 * Something that happened at the device: a button, an error, a change of state. The hub passes it on to people and
 * programs of the house when it is on disk.
 */
export const event = message({
  name: 'event',
  summary: 'Something that happened: a button, an error, a change of state',
  schema: z.object({
    ...identity,
    boot: bootId.optional(),
    sent: sentAt.optional(),
    type: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/),
    severity: severity.optional(),
    at: timeMs.optional(),
    mono: monoMs.optional(),
    /** One sentence for a person. */
    description: words(500).optional(),
    /** The sensor or entity it is about. */
    sensor: sensorKey.optional(),
    old_state: words(255).optional(),
    new_state: words(255).optional(),
    data: wordsObject.optional(),
    /** How long ago it happened, when the hub passed it on; `null`: not known. Devices leave it out. */
    age_ms: z.int().min(0).nullable().optional(),
  }),
  sample: {
    epoch: '01jd0c5v8y4k2m9t',
    lane: 'urgent',
    seq: 4712,
    boot: '5c1c3c3e-7b0a-4d8e-9a55-0d7f0f6a1b2c',
    sent: { at: 1_795_000_000_000, mono: 123_456.5 },
    type: 'button_pressed',
    severity: 'info',
    at: 1_795_000_000_000,
    mono: 123_456.5,
    description: 'The talk button was pressed.',
    old_state: 'released',
    new_state: 'pressed',
    data: { button: 'talk' },
  },
  maxBytes: MESSAGE_BYTES.json,
  freeform: true,
})

export type Event = z.infer<typeof event.schema>
