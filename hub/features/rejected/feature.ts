import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Messages that were not understood. */
export const feature: FeatureParts = {
  name: 'rejected',
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
