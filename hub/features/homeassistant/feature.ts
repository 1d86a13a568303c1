import type { FeatureParts } from '../../contract/feature-parts.ts'
import { HOMEASSISTANT_PROBLEMS } from './problems.ts'
import { HOMEASSISTANT_SETTINGS } from './settings.ts'

/** Home Assistant sees the devices of the house, and tells them what to do. */
export const feature: FeatureParts = {
  name: 'homeassistant',
  problems: HOMEASSISTANT_PROBLEMS,
  engine: async () => (await import('./engine.ts')).openHomeAssistant,
  front: async () => (await import('./front.ts')).openHomeAssistantFront,
  commands: async () => (await import('./commands.ts')).COMMANDS,
  settings: HOMEASSISTANT_SETTINGS,
}
