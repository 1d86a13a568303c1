import type { FeatureParts } from '../../contract/feature-parts.ts'

/** What central has of this house, and what it says of it. */
export const feature: FeatureParts = {
  name: 'sync',
  engine: async () => (await import('./engine.ts')).openSync,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
