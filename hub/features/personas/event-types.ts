import type { EventType } from '../../../shared/event-types.ts'

export const PERSONA_EVENTS = {
  persona_switch: {
    category: 'persona',
    severity: 'info',
    title: 'Persona switched',
    description: 'Another persona speaks.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof PERSONA_EVENTS, unknown> {}
}
