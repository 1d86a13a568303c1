import type { FeatureParts } from '../../contract/feature-parts.ts'
import { LOG_EVENTS } from './event-types.ts'

/** What happened, and the audit. */
export const feature: FeatureParts = {
  name: 'events',
  events: LOG_EVENTS,
  engine: async () => (await import('./engine.ts')).openEvents,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
