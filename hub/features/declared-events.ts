import { EVENT_TYPES, type EventType } from '../../shared/event-types.ts'
import type { FeatureParts } from '../contract/feature-parts.ts'
import { FEATURES } from './features.ts'

/** The types of events that features declare, in their order. Throws when two declare the same: it is a fault of ours. */
export function declaredEvents(features: readonly Pick<FeatureParts, 'events'>[]): ReadonlyMap<string, EventType> {
  const declared = new Map<string, EventType>()
  for (const [type, entry] of features.flatMap(({ events = {} }) => Object.entries(events))) {
    if (declared.has(type) || EVENT_TYPES.has(type)) throw new Error(`the type of event "${type}" is declared twice`)
    declared.set(type, entry)
  }
  return declared
}

/** Those of this hub. */
export const DECLARED_EVENTS = declaredEvents(FEATURES)
