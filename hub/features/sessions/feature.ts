import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Conversations: their turns and their sound. */
export const feature: FeatureParts = {
  name: 'sessions',
  engine: async () => (await import('./engine.ts')).openSessions,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
