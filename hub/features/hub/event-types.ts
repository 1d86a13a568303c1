import type { EventType } from '../../../shared/event-types.ts'

export const HUB_EVENTS = {
  hub_degraded: {
    category: 'system',
    severity: 'error',
    title: 'Hub degraded',
    description: 'The hub cannot store.',
  },
  hub_recovered: {
    category: 'system',
    severity: 'info',
    title: 'Hub recovered',
    description: 'The hub stores again.',
  },
  database_restored: {
    category: 'system',
    severity: 'critical',
    title: 'Database restored',
    description: 'The database was damaged and a backup took its place.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof HUB_EVENTS, unknown> {}
}
