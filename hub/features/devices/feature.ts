import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Devices: how they join, what they are, whether they can be reached. */
export const feature: FeatureParts = {
  name: 'devices',
  engine: async () => (await import('./engine.ts')).openDevices,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
