import { type EventType, eventType } from '../../../shared/event-types.ts'
import type { TypeOfEvent } from '../../engine/context.ts'

/** Of the types that features declare, and those that both ends know of. */
export function typeOfEvent(declared: ReadonlyMap<string, EventType>): TypeOfEvent {
  return (type) => declared.get(type) ?? eventType(type)
}
