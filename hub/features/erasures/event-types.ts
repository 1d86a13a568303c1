import type { EventType } from '../../../shared/event-types.ts'

export const ERASURE_EVENTS = {
  device_erased: {
    category: 'audit',
    severity: 'warning',
    title: 'Device erased',
    description: 'A device was shut out, and all it ever said is forgotten.',
  },
  user_erased: {
    category: 'audit',
    severity: 'warning',
    title: 'Person erased',
    description: 'A person is to be forgotten.',
  },
  house_removed: {
    category: 'audit',
    severity: 'warning',
    title: 'House removed',
    description: 'A house was taken away, and its devices are forgotten.',
  },
  erased_again: {
    category: 'audit',
    severity: 'warning',
    title: 'Erased again',
    description: 'This database is a copy from before an erasure, which is done again.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof ERASURE_EVENTS, unknown> {}
}
