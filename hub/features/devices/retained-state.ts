import type { Context } from '../../engine/context.ts'

/** An empty retained payload removes the topic: a sensor or device that is gone leaves no value for others to find. */
export function clearState(context: Context, device: string, sensor: string): void {
  clearRetained(context, context.topics.build('state', { device, sensor }))
}

export function clearStatus(context: Context, device: string): void {
  clearRetained(context, context.topics.build('status', { device }))
}

function clearRetained(context: Context, topic: string): void {
  context.effect({ kind: 'publish', topic, payload: '', qos: 1, retain: true })
}
