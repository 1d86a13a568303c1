import { z } from 'zod'
import { brokerEntry, brokerFields } from '../../contract/broker-entry.ts'
import { placeKey } from '../../contract/named-places.ts'
import { settingsSection } from '../../contract/settings-section.ts'
import { DISCOVERY_PREFIX } from '../../engine/discovery-topic.ts'
import { pinSetting } from '../../makers/pin-setting.ts'

const broker = brokerEntry(
  z.strictObject({
    ...brokerFields(pinSetting),
    /** Whose rights it has. */
    program: z
      .string()
      .max(40)
      .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'is no name of a program: see lares programs list'),
    /** Home Assistant takes one level. */
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,40}$/, 'is no prefix: up to 40 of A-Z, a-z, 0-9, _ and -')
      .default(DISCOVERY_PREFIX),
    announce: z.boolean().default(true),
  }),
)

export type LinkEntry = z.infer<typeof broker>

export const HOMEASSISTANT_SETTINGS = settingsSection({
  name: 'homeassistant',
  schema: z.strictObject({
    announce: z.boolean().default(true),
    houses: z.array(z.string().min(1).max(255)).min(1).optional(),
    brokers: z
      .record(placeKey, broker)
      .default({})
      .refine(
        (all) => new Set(Object.values(all).map(({ url }) => url)).size === Object.keys(all).length,
        'name one url twice: it is shown at each broker once',
      ),
  }),
  keys: {
    announce: {
      meaning:
        'Whether devices are announced to Home Assistant. At the hub’s own broker only integrations read that, each of the houses that its person belongs to.',
      example: 'announce = true',
    },
    houses: {
      meaning: 'Houses whose devices are announced, by their names. Default: all.',
      example: 'houses = ["Home"]',
    },
    brokers: {
      meaning:
        'Brokers of others at which the house is shown too, each under a name of its own. url is mqtt:// or mqtts://; user with secret or secret_file; ca or pin as in [makers]; ' +
        'program, whose rights it has: what that program may see is shown there, and what it may control is told from there; prefix, where Home Assistant looks; ' +
        'announce = false takes back what stands there.',
      example:
        'brokers = { home = { url = "mqtt://192.168.1.5:1883", user = "lares", secret_file = "/etc/lares/home.password", program = "homeassistant" } }',
    },
  },
})
