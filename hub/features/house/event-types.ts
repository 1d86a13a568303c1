import type { EventType } from '../../../shared/event-types.ts'

export const HOUSE_EVENTS = {
  house_created: {
    category: 'audit',
    severity: 'info',
    title: 'House made',
    description: 'Another house of this hub was made.',
  },
  house_updated: {
    category: 'audit',
    severity: 'info',
    title: 'House changed',
    description: 'What is known of a house was changed.',
  },
  room_created: {
    category: 'audit',
    severity: 'info',
    title: 'Room made',
    description: 'A room of a house was made.',
  },
  room_updated: {
    category: 'audit',
    severity: 'info',
    title: 'Room changed',
    description: 'What is known of a room was changed.',
  },
  room_removed: {
    category: 'audit',
    severity: 'warning',
    title: 'Room removed',
    description: 'A room was taken away; what was in it is in no room.',
  },
  person_added: {
    category: 'audit',
    severity: 'info',
    title: 'Person added',
    description: 'A person belongs to a house.',
  },
  person_updated: {
    category: 'audit',
    severity: 'info',
    title: 'Person changed',
    description: 'What somebody is in a house, or what is known of them there, was changed.',
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
