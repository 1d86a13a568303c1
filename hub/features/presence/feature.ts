import type { FeatureParts } from '../../contract/feature-parts.ts'
import { PRESENCE_EVENTS } from './event-types.ts'

/** Who is at home. */
export const feature: FeatureParts = {
  name: 'presence',
  events: PRESENCE_EVENTS,
  engine: async () => (await import('./engine.ts')).openPresence,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
