import type { FeatureParts } from '../../contract/feature-parts.ts'
import { FOLLOWERS } from './settings.ts'

/** Who follows append tables, and how far. */
export const feature: FeatureParts = {
  name: 'followers',
  engine: async () => (await import('./engine.ts')).openFollowers,
  commands: async () => (await import('./commands.ts')).COMMANDS,
  settings: FOLLOWERS,
}
