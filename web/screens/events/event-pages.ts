import type { EventLine, EventList } from '../../hub/answers.ts'

/** What is shown of a list: the newest page, with older ones behind it. */
export interface HeldEvents {
  events: readonly EventLine[]
  /** What the next older page goes on from; absent: there is none. */
  next?: number | undefined
}

/**
 * The newest page in front of what was held. Where more has happened in between than that page has room for, the older ones are
 * let go: they are asked for again, and nobody takes a list with a hole for all that there was.
 */
export function withNewest(held: HeldEvents, { events, next }: EventList): HeldEvents {
  const oldest = events.at(-1)?.id
  if (next === undefined || oldest === undefined) return { events, next }
  const older = held.events.filter(({ id }) => id < oldest)
  const meets = held.events.some(({ id }) => id >= oldest)
  return meets && older.length > 0 ? { events: [...events, ...older], next: held.next } : { events, next }
}

/** An older page behind what is held. */
export function withOlder({ events }: HeldEvents, page: EventList): HeldEvents {
  const last = events.at(-1)?.id ?? Number.MAX_SAFE_INTEGER
  return { events: [...events, ...page.events.filter(({ id }) => id < last)], next: page.next }
}
