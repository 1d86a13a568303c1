import type { FeatureParts } from '../../contract/feature-parts.ts'
import { HOUSE_EVENTS } from './event-types.ts'

/** The house and its people. */
export const feature: FeatureParts = {
  name: 'house',
  events: HOUSE_EVENTS,
  engine: async () => (await import('./engine.ts')).openHouses,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
