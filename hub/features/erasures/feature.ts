import type { FeatureParts } from '../../contract/feature-parts.ts'
import { ERASURE_EVENTS } from './event-types.ts'

/** Devices and people that are to be forgotten. */
export const feature: FeatureParts = {
  name: 'erasures',
  events: ERASURE_EVENTS,
  engine: async () => (await import('./engine.ts')).openErasures,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
