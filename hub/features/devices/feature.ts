import type { FeatureParts } from '../../contract/feature-parts.ts'
import { DEVICE_EVENTS } from './event-types.ts'
import { DEVICE_PROBLEMS } from './problems.ts'

/** Devices: how they join, what they are, whether they can be reached. */
export const feature: FeatureParts = {
  name: 'devices',
  events: DEVICE_EVENTS,
  problems: DEVICE_PROBLEMS,
  engine: async () => (await import('./engine.ts')).openDevices,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
