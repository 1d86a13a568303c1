import type { EventType } from '../../../shared/event-types.ts'

export const LOG_EVENTS = {
  api_call: {
    category: 'audit',
    severity: 'info',
    title: 'Admin request',
    description: 'A request came through the admin door.',
  },
  event_acknowledged: {
    category: 'audit',
    severity: 'info',
    title: 'Event acknowledged',
    description: 'A person has seen an event.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof LOG_EVENTS, unknown> {}
}
