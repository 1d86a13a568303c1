import type { FeatureParts } from '../../contract/feature-parts.ts'
import { CONTROL_EVENTS } from './event-types.ts'

/** The way down: what devices are told to do, and how they are to be set. */
export const feature: FeatureParts = {
  name: 'control',
  events: CONTROL_EVENTS,
  engine: async () => (await import('./engine.ts')).openControl,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
