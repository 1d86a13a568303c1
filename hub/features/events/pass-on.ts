import type { Wire } from '../../../shared/codec.ts'
import { eventType } from '../../../shared/event-types.ts'
import { EVENT_FRESH_MS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import type { Origin } from '../../engine/feature.ts'
import type { DeviceTime } from '../devices/device-clock.ts'

const ALARMS: ReadonlySet<string> = new Set(['warning', 'error', 'critical'])

/**
 * Passes an event of a device on to the people and programs of its house, once it is on disk: so an alarm is seen at once
 * and a button can switch something.
 *
 * What waited on the device must not press a button again. So `backlog` is never passed on, and of what was sent while it
 * happened only what happened just now, alarms and the urgent lane excepted. Only these two are queued for who is away.
 */
export function passOn(
  context: Context,
  message: Wire<'event'>,
  { device, lane, when }: Pick<Origin, 'device' | 'lane'> & { when: DeviceTime },
): void {
  if (lane === 'backlog') return
  const type = eventType(message.type)
  const severity = message.severity ?? type.severity
  const age = when.quality === 'unknown' ? null : Math.max(0, context.now - when.time)
  const matters = lane === 'urgent' || ALARMS.has(severity)
  if (!matters && (age === null || age > EVENT_FRESH_MS)) return
  const { description = type.description, sensor, old_state, new_state, data } = message
  const event: Wire<'event'> = { type: message.type, severity, at: when.time, age_ms: age, description }
  context.effect({
    kind: 'publish',
    topic: context.topics.build('event', { device }),
    // What the device left out is undefined, and JSON leaves it out too.
    payload: JSON.stringify({ ...event, sensor, old_state, new_state, data }),
    qos: matters ? 1 : 0,
    retain: false,
  })
}
