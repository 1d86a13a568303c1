import type { FeatureParts } from '../../contract/feature-parts.ts'

/** What lets the hub in elsewhere, sealed. */
export const feature: FeatureParts = {
  name: 'secrets',
  engine: async () => (await import('./engine.ts')).openSecrets,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
