import type { FeatureParts } from '../../contract/feature-parts.ts'
import { UPKEEP_EVENTS } from './event-types.ts'

/** What a database needs now and then so that it stays fast, and what became of one that was damaged. */
export const feature: FeatureParts = {
  name: 'upkeep',
  events: UPKEEP_EVENTS,
  engine: async () => (await import('./engine.ts')).openUpkeep,
}
