import type { FeatureParts } from '../../contract/feature-parts.ts'
import { SECRET_PROBLEMS } from './problems.ts'

/** What lets the hub in elsewhere, sealed. */
export const feature: FeatureParts = {
  name: 'secrets',
  problems: SECRET_PROBLEMS,
  engine: async () => (await import('./engine.ts')).openSecrets,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
