import { z } from 'zod'
import { MESSAGE_BYTES } from '../limits.ts'
import { bootId, epochId, sensorKey, sentAt, text, words } from './fields.ts'
import { message } from './message.ts'

/** One sensor as a device introduces it. */
export const birthSensor = z.object({ key: sensorKey, kind: text(40), unit: text(20), name: words(100) })

export type BirthSensor = z.infer<typeof birthSensor>

/**
 * The device introduces itself, after every connect. Idempotent by `connects`. Sensors that the hub knows and a birth
 * does not name are retired: they have no state any more, their history stays, and a birth that names them again
 * brings them back.
 */
export const birth = message({
  name: 'birth',
  summary: 'The device introduces itself after every connect',
  schema: z.object({
    agent: text(50),
    hardware: words(255).nullable(),
    boot: bootId,
    epoch: epochId,
    /** Connects since the identity was made; the will of an older connect is ignored. */
    connects: z.int().min(1),
    capabilities: z.array(text(40)).max(32),
    clock: z.object({ synced: z.boolean().nullable(), source: text(20).nullable() }),
    sent: sentAt,
    /** Every sensor, also those without a value now. One that is not as it should be is refused alone. */
    sensors: z.array(birthSensor.or(z.unknown())),
    /** Whether the device has sensors that this birth does not name: then none is retired. Absent: it has no others. */
    partial: z.boolean().optional(),
  }),
  sample: {
    agent: '0.1.0',
    hardware: 'Raspberry Pi 4 Model B Rev 1.4',
    boot: '5c1c3c3e-7b0a-4d8e-9a55-0d7f0f6a1b2c',
    epoch: '01jd0c5v8y4k2m9t',
    connects: 17,
    capabilities: ['sensors', 'audio_input', 'buttons'],
    clock: { synced: true, source: 'ntp' },
    sent: { at: 1_795_000_000_000, mono: 123_456.5 },
    sensors: [{ key: 'cpu_temperature', kind: 'temperature', unit: '°C', name: 'CPU temperature' }],
    partial: false,
  },
  maxBytes: MESSAGE_BYTES.birth,
})

export type Birth = z.infer<typeof birth.schema>
