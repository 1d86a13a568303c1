import type { FeatureParts } from '../../contract/feature-parts.ts'

/** What is kept for how long, and what goes when the disk fills up. */
export const feature: FeatureParts = {
  name: 'retention',
  engine: async () => (await import('./engine.ts')).openRetention,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
