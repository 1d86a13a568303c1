import type { FeatureParts } from '../../contract/feature-parts.ts'

/** The house and its people. */
export const feature: FeatureParts = {
  name: 'house',
  engine: async () => (await import('./engine.ts')).openHouses,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
