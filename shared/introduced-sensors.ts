import { describeIssues } from './codec.ts'
import type { ErrorCode } from './errors.ts'
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
      if (!sensors.has(parsed.data.key)) sensors.set(parsed.data.key, parsed.data)
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
  const { sensors, refused } = readSensors(all)
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
  return typeof key === 'string' && /^[a-z0-9_]{1,40}$/.test(key) ? key : null
}
