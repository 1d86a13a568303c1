import type { EventType } from '../../../shared/event-types.ts'

export const TIMER_EVENTS = {
  timer_set: {
    category: 'timer',
    severity: 'info',
    title: 'Timer set',
    description: 'A timer or an alarm was set.',
  },
  timer_ended: {
    category: 'timer',
    severity: 'info',
    title: 'Timer ended',
    description: 'A timer or an alarm was cancelled, or what rang was ended.',
  },
  timer_rang: {
    category: 'timer',
    severity: 'info',
    title: 'Timer rings',
    description: 'A timer or an alarm rings.',
  },
  timer_missed: {
    category: 'timer',
    severity: 'warning',
    title: 'Timer missed',
    description: 'A timer or an alarm was to ring while the hub was off.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof TIMER_EVENTS, unknown> {}
}
