import type { FeatureParts } from '../../contract/feature-parts.ts'
import { BRIDGE_EVENTS } from './event-types.ts'

/** Programs of other makers that log in at the hub's own broker. */
export const feature: FeatureParts = {
  name: 'bridges',
  events: BRIDGE_EVENTS,
  engine: async () => (await import('./engine.ts')).openBridges,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
