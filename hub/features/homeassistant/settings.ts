import { z } from 'zod'
import { settingsSection } from '../../contract/settings-section.ts'

export const HOMEASSISTANT_SETTINGS = settingsSection({
  name: 'homeassistant',
  schema: z.strictObject({
    announce: z.boolean().default(true),
    houses: z.array(z.string().min(1).max(255)).min(1).optional(),
  }),
  keys: {
    announce: {
      meaning:
        'Whether devices are announced to Home Assistant at the hub’s own broker. Only integrations read that, each of the houses that its person belongs to.',
      example: 'announce = true',
    },
    houses: {
      meaning: 'Houses whose devices are announced, by their names. Default: all.',
      example: 'houses = ["Home"]',
    },
  },
})
