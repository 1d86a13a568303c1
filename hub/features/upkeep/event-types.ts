import type { EventType } from '../../../shared/event-types.ts'

export const UPKEEP_EVENTS = {
  database_mended: {
    category: 'system',
    severity: 'critical',
    title: 'Database mended',
    description: 'The database was damaged, and what could be read of it was saved.',
  },
  readings_lost: {
    category: 'system',
    severity: 'error',
    title: 'Readings lost',
    description: 'Readings between two keys could not be read in the damaged database.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof UPKEEP_EVENTS, unknown> {}
}
