import type { EventType } from '../../../shared/event-types.ts'

export const FOLLOWER_EVENTS = {
  follower_gap: {
    category: 'system',
    severity: 'error',
    title: 'Rows not followed',
    description: 'Rows went or were passed over before they were had.',
  },
  follower_skipped: {
    category: 'audit',
    severity: 'warning',
    title: 'Rows skipped',
    description: 'A person had a follower pass over rows.',
  },
  follower_forgotten: {
    category: 'audit',
    severity: 'warning',
    title: 'Follower forgotten',
    description: 'A person had the position of a follower removed.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof FOLLOWER_EVENTS, unknown> {}
}
