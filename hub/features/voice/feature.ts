import type { FeatureParts } from '../../contract/feature-parts.ts'
import { VOICE_EVENTS } from './event-types.ts'
import { VOICE_PROBLEMS } from './problems.ts'
import { VOICE } from './settings.ts'

/** Sentences that people say, and what the house answers and does. */
export const feature: FeatureParts = {
  name: 'voice',
  events: VOICE_EVENTS,
  problems: VOICE_PROBLEMS,
  settings: VOICE,
  engine: async () => (await import('./engine.ts')).openVoice,
  front: async () => (await import('./front.ts')).openVoiceFront,
  commands: async () => (await import('./commands.ts')).COMMANDS,
}
