import type { Wire } from '../../../shared/codec.ts'
import { EVENT_FRESH_MS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import type { Origin } from '../../engine/feature.ts'
import type { DeviceTime } from '../devices/device-clock.ts'

const ALARMS: ReadonlySet<string> = new Set(['warning', 'error', 'critical'])

/** How an event of a device is passed on. */
export interface Passage {
  severity: string
  /** Milliseconds; `null`: not known. */
  age: number | null
  /** Whether it is queued for who is away. */
  qos: 0 | 1
}

/**
 * Whether an event of a device is told to anybody as something that happens, or only stored (`null`).
 *
 * What waited on the device must not press a button again. So `backlog` is never passed on, and of what was sent while it
 * happened only what happened just now, alarms and the urgent lane excepted. Only these two are queued for who is away.
 */
export function passageOf(
  { typeOf, now }: Pick<Context, 'typeOf' | 'now'>,
  { message, lane, when }: { message: Wire<'event'>; lane: Origin['lane']; when: DeviceTime },
): Passage | null {
  if (lane === 'backlog') return null
  const severity = message.severity ?? typeOf(message.type).severity
  const age = when.quality === 'unknown' ? null : Math.max(0, now - when.time)
  const matters = lane === 'urgent' || ALARMS.has(severity)
  if (!matters && (age === null || age > EVENT_FRESH_MS)) return null
  return { severity, age, qos: matters ? 1 : 0 }
}

/** Passes it on to the people and programs of the house, once it is on disk. */
export function passOn(
  context: Context,
  device: string,
  event: { message: Wire<'event'>; at: number } & Passage,
): void {
  const { message, at, severity, age, qos } = event
  const { type, description = context.typeOf(type).description, sensor, old_state, new_state, data } = message
  const passed = { type, severity, at, age_ms: age, description, sensor, old_state, new_state, data }
  context.effect({
    kind: 'publish',
    topic: context.topics.build('event', { device }),
    // What the device left out is undefined, and JSON leaves it out too.
    payload: JSON.stringify(passed),
    qos,
    retain: false,
  })
}
