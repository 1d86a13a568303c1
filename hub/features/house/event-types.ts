import type { EventType } from '../../../shared/event-types.ts'

export const HOUSE_EVENTS = {
  house_updated: {
    category: 'audit',
    severity: 'info',
    title: 'House changed',
    description: 'What is known of a house was changed.',
  },
  person_added: {
    category: 'audit',
    severity: 'info',
    title: 'Person added',
    description: 'A person belongs to a house.',
  },
  person_removed: {
    category: 'audit',
    severity: 'warning',
    title: 'Person removed',
    description: 'A person belongs to a house no longer.',
  },
  hub_started: {
    category: 'system',
    severity: 'info',
    title: 'Hub started',
    description: 'The hub started.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof HOUSE_EVENTS, unknown> {}
}
