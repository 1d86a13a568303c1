import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Accounts, tokens, and who may connect. */
export const feature: FeatureParts = {
  name: 'users',
  engine: async () => (await import('./engine.ts')).openUsers,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
