import type { EventType } from '../../../shared/event-types.ts'

export const LOGIN_EVENTS = {
  login: { category: 'access', severity: 'info', title: 'Logged in', description: 'Somebody logged in at the page.' },
  logout: { category: 'access', severity: 'info', title: 'Logged out', description: 'A login at the page was ended.' },
  login_failed: {
    category: 'access',
    severity: 'warning',
    title: 'Login refused',
    description: 'Somebody tried to log in at the page with a wrong password, or none of ours.',
  },
} as const satisfies Record<string, EventType>

declare module '../../engine/context.ts' {
  interface FeatureEvents extends Record<keyof typeof LOGIN_EVENTS, unknown> {}
}
