import type { FeatureParts } from '../../contract/feature-parts.ts'
import { SESSION_EVENTS } from './event-types.ts'

/** Conversations: their turns and their sound. */
export const feature: FeatureParts = {
  name: 'sessions',
  events: SESSION_EVENTS,
  engine: async () => (await import('./engine.ts')).openSessions,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
