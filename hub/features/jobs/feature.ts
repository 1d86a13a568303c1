import type { FeatureParts } from '../../contract/feature-parts.ts'

/** Work outside the engine that must not be lost. */
export const feature: FeatureParts = {
  name: 'jobs',
  engine: async () => (await import('./engine.ts')).openJobs,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
