import type { FeatureParts } from '../../contract/feature-parts.ts'
import { FOLLOWER_EVENTS } from './event-types.ts'
import { FOLLOWER_PROBLEMS } from './problems.ts'
import { FOLLOWERS } from './settings.ts'

/** Who follows append tables, and how far. */
export const feature: FeatureParts = {
  name: 'followers',
  events: FOLLOWER_EVENTS,
  problems: FOLLOWER_PROBLEMS,
  engine: async () => (await import('./engine.ts')).openFollowers,
  commands: async () => (await import('./commands.ts')).COMMANDS,
  settings: FOLLOWERS,
}
