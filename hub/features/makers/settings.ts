import { z } from 'zod'
import { brokerEntry, brokerFields } from '../../contract/broker-entry.ts'
import { placeKey } from '../../contract/named-places.ts'
import { settingsSection } from '../../contract/settings-section.ts'
import { pinSetting } from '../../makers/pin-setting.ts'
import { isOfBridge, OWN_BROKER } from '../bridges/source-of-bridge.ts'

/** A topic without wildcards, as the prefix of a dialect. */
const prefix = z
  .string()
  .regex(/^[^+#\s/][^+#\s]{0,99}(?<!\/)$/u, 'is no topic: no +, # or blank, and no / at its ends')
const spoken = z.union([prefix, z.literal(false)])

const broker = brokerEntry(
  z.strictObject({
    ...brokerFields(pinSetting),
    house: z.string().min(1).max(255).optional(),
    zigbee2mqtt: spoken.optional(),
    tasmota: spoken.optional(),
    homeassistant: spoken.optional(),
  }),
)

/** The hub's own broker has bridges for sources. */
const brokerKey = placeKey.refine(
  (key) => key !== OWN_BROKER && !isOfBridge(key),
  'is what the bridges of the hub are called: choose another',
)

export type BrokerEntry = z.infer<typeof broker>

export const MAKERS = settingsSection({
  name: 'makers',
  schema: z.strictObject({ brokers: z.record(brokerKey, broker).default({}) }),
  keys: {
    brokers: {
      meaning:
        'Brokers that are there already, each under a name of its own: the hub hears devices of other makers there, and tells them what ' +
        'people want. url is mqtt:// or mqtts://; user with secret or secret_file; ca for a certificate of an authority of your own, or pin for the key of the broker itself (SHA-256 of its public key); ' +
        'house, where the hub has several; zigbee2mqtt, tasmota and homeassistant name the first part of their topics where it is another, or are false.',
      example:
        'brokers = { home = { url = "mqtt://192.168.1.5:1883", user = "lares", secret_file = "/etc/lares/home.password" } }',
    },
  },
})
