import { z } from 'zod'
import { LATEST_TIME } from '../latest-time.ts'
import { ITEMS_PER_MESSAGE, MESSAGE_BYTES } from '../limits.ts'
import { usualReadings } from '../usual-readings.ts'
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
  fits: (json) => isReadings(json),
  usual: usualReadings,
})

export type Readings = z.infer<typeof readings.schema>

/** The schema by hand, for the one message that comes by the thousand: a fifth of the time. A test holds it to the schema. */
function isReadings(json: unknown): boolean {
  if (!isObjectOf(json, MESSAGE_KEYS)) return false
  const { epoch, lane, seq, boot, sent, items } = json as Partial<Record<keyof Readings, unknown>>
  return (
    (epoch === undefined || isShort(epoch, 64)) &&
    (lane === undefined || lane === 'live' || lane === 'urgent' || lane === 'backlog') &&
    (seq === undefined || (Number.isSafeInteger(seq) && Number(seq) >= 1)) &&
    (boot === undefined || isShort(boot, 64)) &&
    (sent === undefined || isSent(sent)) &&
    Array.isArray(items) &&
    items.length >= 1 &&
    items.length <= ITEMS_PER_MESSAGE &&
    items.every(isItem)
  )
}

const MESSAGE_KEYS = new Set(['epoch', 'lane', 'seq', 'boot', 'sent', 'items'])
const SENT_KEYS = new Set(['at', 'mono'])
const ITEM_KEYS = new Set(['sensor', 'value', 'at', 'mono', 'quality', 'kind', 'unit'])
const KEY = /^[a-z0-9_]{1,40}$/
/** Nothing that could be half a surrogate, a NUL or more than a short word: everything else is the schema's to judge. */
const PLAIN = /^[\x20-\x7e]*$/

function isItem(json: unknown): boolean {
  if (!isObjectOf(json, ITEM_KEYS)) return false
  const { sensor, value, at, mono, quality, kind, unit } = json as Partial<
    Record<keyof Readings['items'][number], unknown>
  >
  return (
    typeof sensor === 'string' &&
    KEY.test(sensor) &&
    Number.isFinite(value) &&
    (at === undefined || isTime(at)) &&
    (mono === undefined || isWithin(mono, 1e15)) &&
    (quality === undefined || isWithin(quality, 1)) &&
    (kind === undefined || (typeof kind === 'string' && kind.length <= 40 && PLAIN.test(kind))) &&
    (unit === undefined || (typeof unit === 'string' && unit.length <= 20 && PLAIN.test(unit)))
  )
}

function isSent(json: unknown): boolean {
  if (!isObjectOf(json, SENT_KEYS)) return false
  const { at, mono } = json as { at?: unknown; mono?: unknown }
  return isTime(at) && isWithin(mono, 1e15)
}

/** What the schema does not know it leaves out, which only the schema can do. */
function isObjectOf(json: unknown, keys: ReadonlySet<string>): json is object {
  if (typeof json !== 'object' || json === null) return false
  for (const key in json) if (!keys.has(key)) return false
  return true
}

function isShort(json: unknown, longest: number): boolean {
  return typeof json === 'string' && json.length >= 1 && json.length <= longest && PLAIN.test(json)
}

function isTime(json: unknown): boolean {
  return Number.isSafeInteger(json) && isWithin(json, LATEST_TIME)
}

function isWithin(json: unknown, most: number): boolean {
  return typeof json === 'number' && json >= 0 && json <= most
}
