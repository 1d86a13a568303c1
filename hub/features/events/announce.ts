import type { Context, NewEvent } from '../../engine/context.ts'

/** What a screen would want to know at once. Requests of other screens are not among it. */
const CATEGORIES = new Set(['device', 'audit', 'session'])

/** Tells whoever listens to `admin/event` that something changed. It may be missed; the table keeps it. */
export function announce(context: Context, event: NewEvent): void {
  if (event.isNews === false || event.type === 'api_call' || !CATEGORIES.has(context.typeOf(event.type).category))
    return
  const data = { ...event.data, ...(event.device === undefined ? {} : { device: event.device }) }
  const payload = { type: event.type, at: event.timestamp ?? context.now, house: event.house ?? null, data }
  const topic = context.topics.build('adminEvent', {})
  context.effect({ kind: 'publish', topic, payload: JSON.stringify(payload), qos: 0, retain: false })
}
