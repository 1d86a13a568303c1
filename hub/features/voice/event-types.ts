import type { EventType } from '../../../shared/event-types.ts'

export const VOICE_EVENTS = {
  spoken_name_added: {
    category: 'audit',
    severity: 'info',
    title: 'Name added',
    description: 'Something in the house is called by another name, too.',
  },
  spoken_name_removed: {
    category: 'audit',
    severity: 'info',
    title: 'Name removed',
    description: 'Something in the house is no longer called so.',
  },
  announced: {
    category: 'session',
    severity: 'info',
    title: 'Announcement',
    description: 'Something was said aloud on speakers of the house.',
  },
  announcement_missed: {
    category: 'session',
    severity: 'warning',
    title: 'Announcement missed',
    description: 'A speaker did not play something urgent.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof VOICE_EVENTS, unknown> {}
}
