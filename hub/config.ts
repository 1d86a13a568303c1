import { existsSync, readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import { z } from 'zod'
import { describeIssues } from '../shared/codec.ts'
import { LaresError } from '../shared/errors.ts'

const address = z.string().regex(/^(?:\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i, 'is not host:port')

const schema = z.strictObject({
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
  /** What join tokens name, when the addresses of this machine are not the ones to use. */
  advertise: z.array(address).default([]),
})

export type HubConfig = z.infer<typeof schema> & {
  /** What is wrong with `[central]`, which is then as if it were not there. */
  centralFault?: string
}

/**
 * The hub's settings from a TOML file, or the defaults where there is none. A named file must exist.
 * Throws `bad_config` with the file, the key and what is wrong with it.
 */
export function readHubConfig(file: string | undefined): HubConfig {
  if (file === undefined) return schema.parse({})
  if (!existsSync(file)) throw new LaresError('bad_config', `there is no file ${file}`)
  let toml: unknown
  try {
    toml = parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    throw new LaresError('bad_config', `${file}, line ${cause.line}: ${cause.message.split('\n')[0]}`, { cause })
  }
  const parsed = schema.safeParse(toml)
  if (parsed.success) return parsed.data
  // A house works without central: a slip there is told in its health and keeps nobody out.
  const rest = schema.safeParse({ ...(toml as object), central: {} })
  if (rest.success) return { ...rest.data, centralFault: `${file}: ${describeIssues(parsed.error)}` }
  throw new LaresError('bad_config', `${file}: ${describeIssues(rest.error)}`)
}
