import { z } from 'zod'
import { address } from '../shared/address.ts'
import { explainSettings } from '../shared/explain-settings.ts'
import { readSettingsFile } from '../shared/settings-file.ts'
import { featureSections } from './feature-sections.ts'
import { FEATURES } from './features/features.ts'

/** The sections that features bring. */
export const FEATURE_SECTIONS = FEATURES.flatMap(({ settings }) => (settings ? [settings] : []))

/** A name or an address, without a port. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*)$/
const hostName = z
  .string()
  .toLowerCase()
  .refine((text) => HOST.test(text), 'is no name or address; write it without https:// and port')

const ownSchema = z.strictObject({
  /** First level of every topic. */
  base: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/)
    .default('lares'),
  log: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  listen: z
    .strictObject({
      /** MQTT over TLS, for agents. Opened to the house on purpose: `0.0.0.0:8883`. */
      tls: address.default('127.0.0.1:8883'),
      /** MQTT without TLS. Keep it on loopback: passwords cross it readable. */
      plain: address.default('127.0.0.1:1883'),
      /** Health and metrics. */
      http: address.default('127.0.0.1:8080'),
      /** The page, with MQTT over WebSocket. Opened to the house on purpose: `0.0.0.0:8443`. */
      https: address.default('127.0.0.1:8443'),
      /** The command line's way in; its file rights are the credential. Default: `hub.sock` in the data folder. */
      socket: z.string().optional(),
    })
    .prefault({}),
  tls: z.strictObject({ key: z.string().optional(), cert: z.string().optional() }).prefault({}),
  /** The database in which many houses meet. Without it the house keeps to itself. */
  central: z
    .strictObject({
      /** As `lares central add-site` prints it. It holds a password: better in `url_file`. */
      url: z
        .string()
        .regex(/^postgres(?:ql)?:\/\//, 'is no postgres:// address')
        .optional(),
      /** A file that holds the address, readable for the user lares alone. Default: `central.url` in the data folder. */
      url_file: z.string().optional(),
      /** Kilobytes a second at most; absent: as fast as it goes. */
      max_kb_per_s: z.int().min(1).optional(),
    })
    .prefault({}),
  secrets: z
    .strictObject({
      /** The folder with the keys of what is sealed. Default: `keys` in the data folder. */
      keys: z.string().min(1).optional(),
    })
    .prefault({}),
  web: z
    .strictObject({
      /** By what else the page is asked for. */
      hosts: z.array(hostName).default([]),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      /** Whether `/metrics` shows the latest value of every sensor, and how loud the last turn of every device was. */
      sensors: z.boolean().default(true),
    })
    .prefault({}),
  /** What join tokens name, when the addresses of this machine are not the ones to use. */
  advertise: z.array(address).default([]),
})

/** The whole settings file. */
export const hubSchema = ownSchema.extend(
  featureSections(FEATURE_SECTIONS, Object.keys(ownSchema.shape)),
) as unknown as typeof ownSchema

export type HubConfig = z.infer<typeof ownSchema> & {
  /** The sections of features, by their names: see `readSection`. */
  features: Readonly<Record<string, unknown>>
  /** What is wrong with `[central]`, which is then as if it were not there. */
  centralFault?: string
}

/** Lines that work, for every key a person can get wrong. */
export const HUB_EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['base', 'base = "lares"'],
  ['log', 'log = "info"'],
  ['advertise', 'advertise = ["192.168.1.5:8883"]'],
  ['listen', '[listen]\ntls = "0.0.0.0:8883"'],
  ['listen.tls', 'tls = "0.0.0.0:8883"'],
  ['listen.plain', 'plain = "127.0.0.1:1883"'],
  ['listen.http', 'http = "127.0.0.1:8080"'],
  ['listen.https', 'https = "0.0.0.0:8443"'],
  ['listen.socket', 'socket = "/run/lares/hub.sock"'],
  ['tls', '[tls]\nkey = "/etc/lares/hub.key"\ncert = "/etc/lares/hub.crt"'],
  ['tls.key', 'key = "/etc/lares/hub.key"'],
  ['tls.cert', 'cert = "/etc/lares/hub.crt"'],
  ['secrets', '[secrets]\nkeys = "/var/lib/lares-keys"'],
  ['secrets.keys', 'keys = "/var/lib/lares-keys"'],
  ['web', '[web]\nhosts = ["house.example"]'],
  ['web.hosts', 'hosts = ["house.example"]'],
  ['metrics', '[metrics]\nsensors = false'],
  ['metrics.sensors', 'sensors = false'],
  ['central', '[central]\nurl_file = "/etc/lares/central.url"'],
  ['central.url', 'url = "postgres://lares_site:password@central.example/lares"'],
  ['central.url_file', 'url_file = "/etc/lares/central.url"'],
  ['central.max_kb_per_s', 'max_kb_per_s = 200'],
  ...FEATURE_SECTIONS.flatMap(({ name, keys }) =>
    Object.entries(keys).map(([key, { example }]): [string, string] => [`${name}.${key}`, example]),
  ),
])

const FORM = { schema: hubSchema, examples: HUB_EXAMPLES }

/**
 * The hub's settings from a TOML file, or the defaults where there is none, with what the command line says instead.
 * A named file must exist. Throws `bad_config` with the place, the key, what is wrong with it and a line that works.
 */
export function readHubConfig(file: string | undefined, listen: Partial<HubConfig['listen']> = {}): HubConfig {
  const settings = file === undefined ? defaults() : readFile(file)
  const parsed = hubSchema.shape.listen.safeParse({ ...settings.listen, ...listen })
  if (!parsed.success) throw explainSettings(parsed.error, 'the command line', FORM, ['listen'])
  return { ...settings, listen: parsed.data }
}

function defaults(): HubConfig {
  return withFeatures(hubSchema.parse({}))
}

/** The features' sections stand among the hub's own in the file, and by themselves for whoever reads them. */
function withFeatures(settings: z.infer<typeof ownSchema>): HubConfig {
  const written: Readonly<Record<string, unknown>> = settings
  return { ...settings, features: Object.fromEntries(FEATURE_SECTIONS.map(({ name }) => [name, written[name]])) }
}

function readFile(file: string): HubConfig {
  const toml = readSettingsFile(file)
  const parsed = hubSchema.safeParse(toml)
  if (parsed.success) return withFeatures(parsed.data)
  // A house works without central: a slip there is told in its health and keeps nobody out.
  const rest = hubSchema.safeParse({ ...toml, central: {} })
  if (!rest.success) throw explainSettings(rest.error, file, FORM)
  return { ...withFeatures(rest.data), centralFault: explainSettings(parsed.error, file, FORM).message }
}
