import type { FeatureParts } from '../../contract/feature-parts.ts'
import { SYNC_EVENTS } from './event-types.ts'

/** What central has of this house, and what it says of it. */
export const feature: FeatureParts = {
  name: 'sync',
  events: SYNC_EVENTS,
  engine: async () => (await import('./engine.ts')).openSync,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
