import type { FeatureParts } from '../../contract/feature-parts.ts'
import { USER_EVENTS } from './event-types.ts'

/** Accounts, tokens, and who may connect. */
export const feature: FeatureParts = {
  name: 'users',
  events: USER_EVENTS,
  engine: async () => (await import('./engine.ts')).openUsers,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
