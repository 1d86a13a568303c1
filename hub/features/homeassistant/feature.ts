import type { FeatureParts } from '../../contract/feature-parts.ts'
import { HOMEASSISTANT_SETTINGS } from './settings.ts'

/** Home Assistant sees the devices of the house, and tells them what to do. */
export const feature: FeatureParts = {
  name: 'homeassistant',
  engine: async () => (await import('./engine.ts')).openHomeAssistant,
  front: async () => (await import('./front.ts')).openHomeAssistantFront,
  settings: HOMEASSISTANT_SETTINGS,
}
