import type { EventType } from '../../../shared/event-types.ts'

export const USER_EVENTS = {
  user_created: {
    category: 'audit',
    severity: 'info',
    title: 'User created',
    description: 'A person may use this hub.',
  },
  user_updated: {
    category: 'audit',
    severity: 'info',
    title: 'User changed',
    description: 'An account was changed.',
  },
  user_deleted: {
    category: 'audit',
    severity: 'warning',
    title: 'User deleted',
    description: 'An account was taken away for good.',
  },
  token_created: {
    category: 'audit',
    severity: 'info',
    title: 'Token created',
    description: 'A program may speak for a person.',
  },
  token_revoked: {
    category: 'audit',
    severity: 'warning',
    title: 'Token revoked',
    description: 'A program may speak for a person no longer.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof USER_EVENTS, unknown> {}
}
