import { isDeepStrictEqual } from 'node:util'
import { cleanText } from './clean-text.ts'
import { describeIssues } from './codec.ts'
import { cutText } from './cut-text.ts'
import type { ErrorCode } from './errors.ts'
import { SENSOR_KEY, sensorKeyOf } from './ids.ts'
import { MESSAGE_BYTES, SENSORS_KEPT_PER_DEVICE, SENSORS_PER_DEVICE } from './limits.ts'
import type { BirthSensor } from './messages/birth.ts'
import { birthSensor } from './messages/birth.ts'

/** A sensor that a birth cannot or may not introduce. */
export interface RefusedSensor {
  /** Its key, or where it stands in the list when it has none that can be read. */
  key: string
  code: ErrorCode
  reason: string
}

/** What the rest of a birth may weigh beside its sensors. */
const REST_BYTES = 8 * 1024

/** The sensors of a birth that are as they should be, each key once, in their order, and what is wrong with the others. */
export function readSensors(list: readonly unknown[]): { sensors: BirthSensor[]; refused: RefusedSensor[] } {
  const sensors = new Map<string, BirthSensor>()
  const refused: RefusedSensor[] = []
  for (const [index, value] of list.slice(0, SENSORS_KEPT_PER_DEVICE).entries()) {
    const parsed = birthSensor.safeParse(value)
    if (parsed.success) {
      const before = sensors.get(parsed.data.key)
      if (before === undefined) sensors.set(parsed.data.key, parsed.data)
      else if (!isDeepStrictEqual(before, parsed.data))
        refused.push({ key: before.key, code: 'bad_message', reason: 'stands there twice, and not alike' })
    } else refused.push({ key: keyOf(value) ?? `#${index}`, code: 'bad_message', reason: describeIssues(parsed.error) })
  }
  const more = list.length - SENSORS_KEPT_PER_DEVICE
  if (more > 0)
    refused.push({ key: `${more} more`, code: 'too_many_sensors', reason: 'are more than a device can ever have' })
  return { sensors: [...sensors.values()], refused }
}

/**
 * Which of its sensors a device may introduce: in the order given, the first 256 that fit into one birth. What is
 * introduced is stored; the others are not even sent, because nobody would know what their values are.
 */
export function introducible(all: readonly BirthSensor[]): { sensors: BirthSensor[]; refused: RefusedSensor[] } {
  // What is sent bears these keys: here nothing may stand for another one.
  const odd = all.filter(({ key }) => !SENSOR_KEY.test(key))
  const { sensors, refused } = readSensors(all.filter((sensor) => !odd.includes(sensor)))
  for (const { key } of odd)
    refused.push({
      key: cutText(cleanText(key), 60),
      code: 'bad_message',
      reason: 'is no key: 1 to 40 of a-z, 0-9 and _',
    })
  const taken: BirthSensor[] = []
  let bytes = REST_BYTES
  for (const sensor of sensors) {
    const size = Buffer.byteLength(JSON.stringify(sensor)) + 1
    if (taken.length === SENSORS_PER_DEVICE)
      refused.push({
        key: sensor.key,
        code: 'too_many_sensors',
        reason: `is beyond the ${SENSORS_PER_DEVICE} that a device may have`,
      })
    else if (bytes + size > MESSAGE_BYTES.birth)
      refused.push({ key: sensor.key, code: 'too_large', reason: 'does not fit into one message with the others' })
    else {
      taken.push(sensor)
      bytes += size
    }
  }
  return { sensors: taken, refused }
}

/** One sentence for a person: which sensors, and what is wrong with the first. `null`: none is refused. */
export function describeRefused(refused: readonly RefusedSensor[]): string | null {
  const [first] = refused
  if (first === undefined) return null
  const keys = refused.slice(0, SHOWN).map(({ key }) => key)
  const more = refused.length > SHOWN ? ` and ${refused.length - SHOWN} more` : ''
  const noun = refused.length === 1 ? 'sensor is' : 'sensors are'
  return `${refused.length} ${noun} not taken: ${keys.join(', ')}${more}. ${first.key}: ${first.reason}`
}

const SHOWN = 10

function keyOf(value: unknown): string | null {
  const key = (value as { key?: unknown } | null)?.key
  return typeof key === 'string' ? sensorKeyOf(key) : null
}
