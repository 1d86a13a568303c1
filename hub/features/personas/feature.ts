import type { FeatureParts } from '../../contract/feature-parts.ts'
import { PERSONA_EVENTS } from './event-types.ts'

/** Who speaks. */
export const feature: FeatureParts = {
  name: 'personas',
  events: PERSONA_EVENTS,
  engine: async () => (await import('./engine.ts')).openPersonas,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
