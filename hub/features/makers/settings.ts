import { z } from 'zod'
import { placeKey } from '../../contract/named-places.ts'
import { settingsSection } from '../../contract/settings-section.ts'
import { readPin } from '../../makers/key-pin.ts'
import { secretName } from '../../secrets/secret-reader.ts'
import { isOfBridge, OWN_BROKER } from '../bridges/source-of-bridge.ts'

/** A topic without wildcards, as the prefix of a dialect. */
const prefix = z
  .string()
  .regex(/^[^+#\s/][^+#\s]{0,99}(?<!\/)$/u, 'is no topic: no +, # or blank, and no / at its ends')
const spoken = z.union([prefix, z.literal(false)])

const pin = z
  .string()
  .refine((text) => readPin(text) !== null, 'is no SHA-256 of a public key: 64 hexadecimal digits, or base64')
  .transform((text) => readPin(text) ?? '')

const broker = z
  .strictObject({
    url: z
      .url({ protocol: /^mqtts?$/, error: 'does not begin with mqtt:// or mqtts://' })
      .refine((text) => !/@/.test(text), 'holds a user or password: they belong into user and secret_file'),
    user: z.string().min(1).max(255).optional(),
    secret: secretName.optional(),
    secret_file: z.string().startsWith('/', 'is no whole path').optional(),
    ca: z.string().startsWith('/', 'is no whole path').optional(),
    pin: pin.optional(),
    house: z.string().min(1).max(255).optional(),
    zigbee2mqtt: spoken.optional(),
    tasmota: spoken.optional(),
    homeassistant: spoken.optional(),
  })
  .refine(
    ({ secret, secret_file }) => secret === undefined || secret_file === undefined,
    'has both secret and secret_file',
  )
  .refine(
    ({ secret, secret_file, user }) => user !== undefined || (secret ?? secret_file) === undefined,
    'has a secret and no user',
  )
  .refine(
    ({ ca, pin }) => ca === undefined || pin === undefined,
    'has both ca and pin: the key that pin names is enough',
  )
  .refine(
    ({ url, ca, pin }) => url.startsWith('mqtts:') || (ca ?? pin) === undefined,
    'has ca or pin, which are for url = "mqtts://…"',
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
