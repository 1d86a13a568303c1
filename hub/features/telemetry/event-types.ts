import type { EventType } from '../../../shared/event-types.ts'

export const TELEMETRY_EVENTS = {
  state_changed: {
    category: 'device',
    severity: 'debug',
    title: 'State changed',
    description: 'An entity has another state.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof TELEMETRY_EVENTS, unknown> {}
}
