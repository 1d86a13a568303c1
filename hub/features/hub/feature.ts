import type { FeatureParts } from '../../contract/feature-parts.ts'

/** The hub itself: how it is, what it logs. */
export const feature: FeatureParts = {
  name: 'hub',
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
