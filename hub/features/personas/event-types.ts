import type { EventType } from '../../../shared/event-types.ts'

export const PERSONA_EVENTS = {
  persona_switch: {
    category: 'persona',
    severity: 'info',
    title: 'Persona switched',
    description: 'Another persona speaks.',
  },
  persona_published: {
    category: 'persona',
    severity: 'info',
    title: 'Persona published',
    description: 'A persona has another version.',
  },
  persona_activated: {
    category: 'persona',
    severity: 'info',
    title: 'Persona activated',
    description: 'A persona may speak again.',
  },
  persona_deactivated: {
    category: 'persona',
    severity: 'info',
    title: 'Persona deactivated',
    description: 'A persona speaks nowhere any more.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof PERSONA_EVENTS, unknown> {}
}
