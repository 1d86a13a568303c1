import { type EventType, eventType } from '../../../shared/event-types.ts'

/** What a type of event is called and where it belongs. */
export type TypeOfEvent = (type: string) => EventType

/** Of the types that features declare, and those that both ends know of; one without an entry gets one made of its name. */
export function typeOfEvent(declared: ReadonlyMap<string, EventType>): TypeOfEvent {
  return (type) => declared.get(type) ?? eventType(type)
}
