import type { EventType } from '../../../shared/event-types.ts'

export const PRESENCE_EVENTS = {
  person_came: {
    category: 'presence',
    severity: 'info',
    title: 'Person came',
    description: 'Somebody is at home.',
  },
  person_left: {
    category: 'presence',
    severity: 'info',
    title: 'Person left',
    description: 'Somebody is at home no longer.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof PRESENCE_EVENTS, unknown> {}
}
