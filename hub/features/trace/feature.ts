import type { FeatureParts } from '../../contract/feature-parts.ts'

/** The way of a reading, an event or a turn, from where it was measured to central. */
export const feature: FeatureParts = {
  name: 'trace',
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
