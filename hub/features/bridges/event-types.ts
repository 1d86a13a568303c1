import type { EventType } from '../../../shared/event-types.ts'

export const BRIDGE_EVENTS = {
  bridge_added: {
    category: 'audit',
    severity: 'info',
    title: 'Bridge added',
    description: 'A program that speaks for devices of other makers may log in.',
  },
  bridge_changed: {
    category: 'audit',
    severity: 'info',
    title: 'Bridge changed',
    description: 'A bridge has another password, or other topics.',
  },
  bridge_removed: {
    category: 'audit',
    severity: 'info',
    title: 'Bridge removed',
    description: 'A program that spoke for devices of other makers may log in no more.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof BRIDGE_EVENTS, unknown> {}
}
