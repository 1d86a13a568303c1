import type { FeatureParts } from '../../contract/feature-parts.ts'
import { IMPORT_EVENTS } from './event-types.ts'

/** Devices that stand in a list of another program. */
export const feature: FeatureParts = {
  name: 'import',
  events: IMPORT_EVENTS,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
