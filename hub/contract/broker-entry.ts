import { z } from 'zod'
import { secretName } from '../secrets/secret-reader.ts'

/** What every entry of hub.toml has that names a broker of somebody else. `pin`: how a key is read. */
export function brokerFields<P extends z.ZodType>(pin: P) {
  return {
    url: z
      .url({ protocol: /^mqtts?$/, error: 'does not begin with mqtt:// or mqtts://' })
      .refine((text) => !/@/.test(text), 'holds a user or password: they belong into user and secret_file'),
    user: z.string().min(1).max(255).optional(),
    secret: secretName.optional(),
    secret_file: z.string().startsWith('/', 'is no whole path').optional(),
    ca: z.string().startsWith('/', 'is no whole path').optional(),
    pin: pin.optional(),
  }
}

interface BrokerFields {
  url: string
  user?: string | undefined
  secret?: string | undefined
  secret_file?: string | undefined
  ca?: string | undefined
  pin?: unknown
}

/** The entry, once its fields go together. */
export function brokerEntry<S extends z.ZodType<BrokerFields>>(schema: S): S {
  return schema
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
}

/** Where a broker is, as it is known among others: host and port. */
export function brokerAt(url: string): string {
  const { protocol, hostname, port } = new URL(url)
  return `${hostname}:${port || (protocol === 'mqtts:' ? '8883' : '1883')}`
}
