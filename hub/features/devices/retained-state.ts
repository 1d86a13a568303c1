import { isLevel } from '../../../shared/topics.ts'
import type { Context } from '../../engine/context.ts'

/** An empty retained payload removes the topic: an entity or device that is gone leaves no state for others to find. */
export function clearState(context: Context, device: string, entity: string): void {
  if (isLevel(device) && isLevel(entity)) clearRetained(context, context.topics.build('state', { device, entity }))
}

export function clearStatus(context: Context, device: string): void {
  if (isLevel(device)) clearRetained(context, context.topics.build('status', { device }))
}

export function clearDesired(context: Context, device: string): void {
  if (isLevel(device)) clearRetained(context, context.topics.build('desired', { device }))
}

function clearRetained(context: Context, topic: string): void {
  context.effect({ kind: 'publish', topic, payload: '', qos: 1, retain: true })
}
