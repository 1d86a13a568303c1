import type { FeatureParts } from '../../contract/feature-parts.ts'
import { MAKER_EVENTS } from './event-types.ts'
import { MAKER_PROBLEMS } from './problems.ts'
import { MAKERS } from './settings.ts'

/** Devices of other makers: heard of at a broker or bridge, and accepted by a person. */
export const feature: FeatureParts = {
  name: 'makers',
  events: MAKER_EVENTS,
  problems: MAKER_PROBLEMS,
  engine: async () => (await import('./engine.ts')).openMakers,
  front: async () => (await import('./front.ts')).openMakersFront,
  commands: async () => (await import('./commands.ts')).COMMANDS,
  settings: MAKERS,
}
