import { existsSync } from 'node:fs'
import type { z } from 'zod'
import { LaresError } from '../../shared/errors.ts'
import { explainIssue, singleIssues } from '../../shared/explain-settings.ts'
import { sensorKeyOf } from '../../shared/ids.ts'
import { readSettingsFile } from '../../shared/settings-file.ts'
import { hasCpuThermometer } from '../health/cpu-temperature.ts'
import type { Machine } from '../health/machine.ts'
import { configureSource } from '../sensors/configure.ts'
import type { SampledSource } from '../sensors/sampled-source.ts'
import { refuseTwins } from '../sensors/sampler.ts'
import { overlayEnvironment, variableExample } from './environment-settings.ts'
import type { ConfigFault } from './fault.ts'
import type { EdgeConfig } from './schema.ts'
import { configSchema, EXAMPLES } from './schema.ts'

export const DEFAULT_CONFIG_FILE = '/etc/lares/edge.toml'

const FORM = { schema: configSchema, examples: EXAMPLES }

export interface LoadConfigOptions {
  /** Absent: the default file if there is one, else only defaults. A named file must exist. */
  file?: string
  env: NodeJS.ProcessEnv
}

export interface LoadedConfig {
  config: EdgeConfig
  /** The file that was read, or `null`. */
  file: string | null
  /** What was wrong and left out. */
  faults: ConfigFault[]
}

export interface SurveyedConfig extends LoadedConfig {
  /** What is wrong in [agent] and [hub], where nothing is left out: an agent does not run with it. */
  fatal: ConfigFault[]
}

/** Sections that say who and where the agent is. What is wrong in another one is left out, and the others hold. */
const ESSENTIAL = ['agent', 'hub']

/**
 * Reads file and environment. Throws `bad_config` that names file, key, what is wrong, and a line that works: when the file
 * cannot be read, and for [agent] and [hub]. Anything else that is wrong is left out and named in `faults`.
 */
export function loadConfig(options: LoadConfigOptions): LoadedConfig {
  const { fatal, ...loaded } = surveyConfig(options)
  if (fatal[0]) throw fatal[0].error
  return loaded
}

/** As `loadConfig`, for who wants to know everything that is wrong. Throws only when the file cannot be read. */
export function surveyConfig({ file, env }: LoadConfigOptions): SurveyedConfig {
  const path = file ?? DEFAULT_CONFIG_FILE
  const read = readSettingsFile(path, { mayBeMissing: file === undefined })
  const { table, variables, faults } = overlayEnvironment(read ?? {}, env, configSchema)
  const fatal: ConfigFault[] = []
  const explained = (issue: z.core.$ZodIssue) => {
    const key = issue.path.slice(0, 2).join('.')
    const variable = variables.get(key)
    if (variable === undefined) return explainIssue(issue, { where: path, form: FORM })
    // A line of the file does not work here.
    const examples = new Map([[key, variableExample(variable, EXAMPLES.get(key) ?? '')]])
    return explainIssue(issue, { where: `the environment variable ${variable}`, form: { ...FORM, examples } })
  }
  const tell = (part: string, error: z.ZodError) => {
    const list = ESSENTIAL.includes(part) ? fatal : faults
    for (const issue of singleIssues(error, FORM)) list.push({ part, error: explained(issue) })
  }
  const kept: Record<string, unknown> = {}
  for (const [section, content] of Object.entries(table)) {
    const error = configSchema.safeParse({ [section]: content }).error
    if (!error) kept[section] = content
    else if (isOfTables(section) && isTable(content)) kept[section] = soundTables(section, content, tell)
    else tell(section in configSchema.shape ? section : 'configuration', error)
  }
  faults.push(...withoutPins(table, kept, path))
  return { config: configSchema.parse(kept), file: read === null ? null : path, faults, fatal }
}

/** Sections of tables that people name. */
const OF_TABLES = { sensors: 'sensor', outputs: 'output' } as const

function isOfTables(section: string): section is keyof typeof OF_TABLES {
  return Object.hasOwn(OF_TABLES, section)
}

/**
 * Takes the outputs away where [gpio] is wrong: on the chip and by the way that it has by default they could be pins of
 * something else.
 */
function withoutPins(
  { gpio, outputs }: Record<string, unknown>,
  kept: Record<string, unknown>,
  path: string,
): ConfigFault[] {
  if (gpio === undefined || 'gpio' in kept || !isTable(outputs)) return []
  delete kept.outputs
  return Object.keys(outputs).map((name) => ({
    part: `output ${name}`,
    error: new LaresError('bad_config', `${path}: [outputs.${name}] is not driven, because [gpio] is wrong`, {
      hint: 'Mend what is wrong in [gpio]: it says which chip its pins are on.',
    }),
  }))
}

/** The tables of such a section that are tables and have a key that is one. Their content is checked by their kind. */
function soundTables(
  section: keyof typeof OF_TABLES,
  tables: Record<string, unknown>,
  leaveOut: (part: string, error: z.ZodError) => void,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tables).filter(([key, table]) => {
      const error = configSchema.safeParse({ [section]: { [key]: table } }).error
      if (error) leaveOut(`${OF_TABLES[section]} ${key}`, error)
      return !error
    }),
  )
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What the agent measures on every machine when nobody says otherwise, as far as the machine has it. */
async function defaultSensors(dataFolder: string, machine: Machine): Promise<Record<string, Record<string, unknown>>> {
  return {
    ...((await hasCpuThermometer(machine)) ? { cpu_temperature: { driver: 'cpu-temperature' } } : {}),
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

export interface ConfiguredSensors {
  sources: SampledSource[]
  /** Tables that are wrong, each by the name of its table and field. */
  faults: ConfigFault[]
}

/** The sources to sample. A table that is wrong is left out. Opens nothing. */
export function configureSensors(
  tables: Readonly<Record<string, Record<string, unknown>>>,
  options: { machine: Machine; file: string | null; overrides?: SensorOverrides },
): ConfiguredSensors {
  const sources: SampledSource[] = []
  const faults: ConfigFault[] = []
  for (const [name, table] of Object.entries(tables)) {
    try {
      const key = sensorKeyOf(name) ?? name
      const source = configureSource(name, { ...table, ...defined(options.overrides?.[key]) }, options.machine)
      refuseTwins([...sources, source])
      sources.push(source)
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      faults.push({ part: `sensor ${name}`, error: inFile(error, options.file) })
    }
  }
  return { sources, faults }
}

function inFile(error: LaresError, file: string | null): LaresError {
  return new LaresError('bad_config', `${file ?? 'the configuration'}: ${error.message}`, {
    cause: error,
    hint: error.hint,
  })
}

function defined(overrides: SensorOverrides[string] | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(overrides ?? {}).filter((entry): entry is [string, number] => entry[1] !== undefined),
  )
}
