import type { EventType } from '../../../shared/event-types.ts'

export const RETENTION_EVENTS = {
  retention_changed: {
    category: 'audit',
    severity: 'info',
    title: 'Retention changed',
    description: 'Something is kept for another time now.',
  },
  disk_space_low: {
    category: 'system',
    severity: 'warning',
    title: 'Disk space low',
    description: "The hub's disk is filling up.",
  },
  thinned: {
    category: 'system',
    severity: 'warning',
    title: 'Data thinned',
    description: 'The disk was filling up, so older data made room.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof RETENTION_EVENTS, unknown> {}
}
