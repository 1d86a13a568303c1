import type { EventType } from '../../../shared/event-types.ts'

export const ALERT_EVENTS = {
  alert_raised: {
    category: 'system',
    severity: 'warning',
    title: 'Alert',
    description: 'A rule found something wrong.',
  },
  alert_ended: {
    category: 'system',
    severity: 'info',
    title: 'Alert over',
    description: 'What a rule found wrong is over.',
  },
  alert_acknowledged: {
    category: 'audit',
    severity: 'info',
    title: 'Alert acknowledged',
    description: 'A person knows of an alert, or wants to hear nothing of it for a while.',
  },
  alert_rule_changed: {
    category: 'audit',
    severity: 'info',
    title: 'Alert rule changed',
    description: 'A rule for alerts was made, changed, switched or removed.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof ALERT_EVENTS, unknown> {}
}
