import { existsSync, readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import { nearestName } from '../../shared/nearest-name.ts'
import { readCpuTemperature } from '../health/cpu-temperature.ts'
import type { Machine } from '../health/machine.ts'
import { configureSource } from '../sensors/configure.ts'
import { SENSOR_DRIVERS } from '../sensors/index.ts'
import type { SampledSource } from '../sensors/sampled-source.ts'
import { overlayEnvironment } from './environment.ts'
import type { EdgeConfig } from './schema.ts'
import { configSchema, EXAMPLES } from './schema.ts'

export const DEFAULT_CONFIG_FILE = '/etc/lares/edge.toml'

export interface LoadConfigOptions {
  /** Absent: the default file if there is one, else only defaults. A named file must exist. */
  file?: string
  env: NodeJS.ProcessEnv
}

export interface LoadedConfig {
  config: EdgeConfig
  /** The file that was read, or `null`. */
  file: string | null
}

/** Reads file and environment. Throws `bad_config` that names file, key, what is wrong, and a line that works. */
export function loadConfig({ file, env }: LoadConfigOptions): LoadedConfig {
  const path = file ?? DEFAULT_CONFIG_FILE
  const text = readText(path, file !== undefined)
  const table = text === null ? {} : parseToml(text, path)
  const whole = overlayEnvironment(table, env, keysAt)
  const parsed = configSchema.safeParse(whole)
  if (!parsed.success) throw explainIssue(parsed.error, text === null ? 'the environment' : path)
  return { config: parsed.data, file: text === null ? null : path }
}

/** What the agent measures on every machine when nobody says otherwise, as far as the machine has it. */
async function defaultSensors(dataFolder: string, machine: Machine): Promise<Record<string, Record<string, unknown>>> {
  const thermometer = (await readCpuTemperature(machine)) !== null
  return {
    ...(thermometer ? { cpu_temperature: { driver: 'cpu-temperature' } } : {}),
    load: { driver: 'load' },
    memory: { driver: 'memory' },
    disk: { driver: 'disk', path: existsSync(dataFolder) ? dataFolder : '/' },
  }
}

/** The tables of [sensors], with the default ones that are not named there. */
export async function sensorTables(
  config: EdgeConfig,
  dataFolder: string,
  machine: Machine,
): Promise<Record<string, Record<string, unknown>>> {
  const defaults = config.agent.default_sensors ? await defaultSensors(dataFolder, machine) : {}
  return { ...defaults, ...config.sensors }
}

/** What a table of [sensors] is asked to say differently for now. */
export type SensorOverrides = Readonly<
  Record<string, { interval_s?: number | undefined; deadband?: number | undefined }>
>

/** The sources to sample. Throws `bad_config` that names the file, the table and the field. Opens nothing. */
export function configureSensors(
  tables: Readonly<Record<string, Record<string, unknown>>>,
  options: { machine: Machine; file: string | null; overrides?: SensorOverrides },
): SampledSource[] {
  return Object.entries(tables).map(([key, table]) => {
    try {
      return configureSource(key, { ...table, ...defined(options.overrides?.[key]) }, options.machine)
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      const driver = typeof table.driver === 'string' ? nearestName(table.driver, [...SENSOR_DRIVERS.keys()]) : null
      const meant = driver && driver !== table.driver ? ` Did you mean driver = "${driver}"?` : ''
      throw new LaresError('bad_config', `${options.file ?? 'the configuration'}: ${error.message}.${meant}`, {
        cause: error,
        hint: error.hint,
      })
    }
  })
}

function defined(overrides: SensorOverrides[string] | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(overrides ?? {}).filter((entry): entry is [string, number] => entry[1] !== undefined),
  )
}

function readText(path: string, mustExist: boolean): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (!mustExist && (cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new LaresError('bad_config', `cannot read the configuration file ${path}`, {
      cause,
      hint: 'Check the path and its permissions, or leave --config out: everything has a default.',
    })
  }
}

function parseToml(text: string, path: string): Record<string, unknown> {
  try {
    return parse(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    const what = cause.message.split('\n')[0] ?? 'is not TOML'
    throw new LaresError('bad_config', `${path}, line ${cause.line}: ${what}`, {
      cause,
      hint: 'Text stands in quotes, a section in brackets: [agent] and below it name = "Kitchen Pi".',
    })
  }
}

/** The first fault, because a person mends one at a time. */
function explainIssue(error: z.ZodError, where: string): LaresError {
  // A misspelt key is also a missing one: the spelling is what a person looks for.
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]
  if (!issue) return new LaresError('bad_config', `${where} cannot be read`)
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') return unknownKey(issue.keys[0] ?? '', path, where)
  const named = path.join('.')
  return new LaresError('bad_config', `${where}: ${named || 'the file'}: ${issue.message}`, exampleFor(path))
}

function unknownKey(key: string, path: string[], where: string): LaresError {
  const known = keysAt(path)
  const nearest = nearestName(key, known)
  const place = path.length === 0 ? 'there is no section' : `[${path.join('.')}] has no key`
  const meant = nearest ? `did you mean ${nearest}?` : `it has ${known.join(', ')}`
  return new LaresError('bad_config', `${where}: ${place} ${key}; ${meant}`, exampleFor([...path, nearest ?? key]))
}

/** The example of the key, or of the nearest section above it. */
function exampleFor(path: string[]): { hint: string } | Record<string, never> {
  for (let length = path.length; length > 0; length -= 1) {
    const example = EXAMPLES.get(path.slice(0, length).join('.'))
    if (example) return { hint: `For example:\n    ${example.replaceAll('\n', '\n    ')}` }
  }
  return {}
}

/** The keys a table of the file may have. */
function keysAt(path: readonly string[]): string[] {
  let schema: unknown = configSchema
  for (const name of path) {
    const table = unwrapped(schema)
    if (!(table instanceof z.ZodObject)) return []
    schema = table.shape[name]
  }
  const table = unwrapped(schema)
  return table instanceof z.ZodObject ? Object.keys(table.shape) : []
}

/** The schema below defaults, options and preprocessing. */
function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return unwrapped(schema.unwrap())
  if (schema instanceof z.ZodPipe) return unwrapped(schema.out)
  return schema
}
