import type { FeatureParts } from '../../contract/feature-parts.ts'
import { CONTROL_EVENTS } from './event-types.ts'

/** The way down: what devices are told to do, and how they are to be set. */
export const feature: FeatureParts = {
  name: 'control',
  events: CONTROL_EVENTS,
  engine: async () => (await import('./engine.ts')).openControl,
  // As long as the events that tell of them. What is on its way stays.
  retention: [
    {
      ...{ name: 'commands', days: 30, table: 'control_actions', where: "status IN ('completed', 'failed')" },
      ...{ since: 'created_at', inOrderOfIds: true, travels: true },
    },
  ],
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
