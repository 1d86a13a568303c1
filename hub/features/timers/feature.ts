import type { FeatureParts } from '../../contract/feature-parts.ts'
import { TIMER_EVENTS } from './event-types.ts'

/** What rings: after a span, or at a time of day. */
export const feature: FeatureParts = {
  name: 'timers',
  events: TIMER_EVENTS,
  engine: async () => (await import('./engine.ts')).openTimers,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
