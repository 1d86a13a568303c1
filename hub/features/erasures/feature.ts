import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Devices and people that are to be forgotten. */
export const feature: FeatureParts = {
  name: 'erasures',
  engine: async () => (await import('./engine.ts')).openErasures,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
