import type { FeatureParts } from '../../contract/feature-parts.ts'

/** What happened, and the audit. */
export const feature: FeatureParts = {
  name: 'events',
  engine: async () => (await import('./engine.ts')).openEvents,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
