import type { EventType } from '../../../shared/event-types.ts'

export const JOB_EVENTS = {
  job_failed: {
    category: 'system',
    severity: 'error',
    title: 'Job failed',
    description: 'Work that was not to be lost could not be done.',
  },
  job_cancelled: {
    category: 'audit',
    severity: 'warning',
    title: 'Job given up',
    description: 'A person gave up work that was to be done.',
  },
  job_retried: {
    category: 'audit',
    severity: 'info',
    title: 'Job tried again',
    description: 'A person had work done again that had failed.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof JOB_EVENTS, unknown> {}
}
