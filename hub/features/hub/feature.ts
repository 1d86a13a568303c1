import type { FeatureParts } from '../../contract/feature-parts.ts'
import { HUB_EVENTS } from './event-types.ts'

/** The hub itself: how it is, what it logs. */
export const feature: FeatureParts = {
  name: 'hub',
  events: HUB_EVENTS,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
