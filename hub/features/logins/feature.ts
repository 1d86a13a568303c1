import type { FeatureParts } from '../../contract/feature-parts.ts'
import { LOGIN_EVENTS } from './event-types.ts'
import { PAGE_PROBLEMS } from './problems.ts'

/** People who log in at the page, and where they are logged in. */
export const feature: FeatureParts = {
  name: 'logins',
  events: LOGIN_EVENTS,
  problems: PAGE_PROBLEMS,
  engine: async () => (await import('./engine.ts')).openLogins,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
