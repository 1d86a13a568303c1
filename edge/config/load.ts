import { existsSync } from 'node:fs'
import { LaresError } from '../../shared/errors.ts'
import { explainSettings, keysAt } from '../../shared/explain-settings.ts'
import { nearestName } from '../../shared/nearest-name.ts'
import { readSettingsFile } from '../../shared/settings-file.ts'
import { readCpuTemperature } from '../health/cpu-temperature.ts'
import type { Machine } from '../health/machine.ts'
import { configureSource } from '../sensors/configure.ts'
import { SENSOR_DRIVERS } from '../sensors/index.ts'
import type { SampledSource } from '../sensors/sampled-source.ts'
import { overlayEnvironment } from './environment.ts'
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
}

/** Reads file and environment. Throws `bad_config` that names file, key, what is wrong, and a line that works. */
export function loadConfig({ file, env }: LoadConfigOptions): LoadedConfig {
  const path = file ?? DEFAULT_CONFIG_FILE
  const table = readSettingsFile(path, { mayBeMissing: file === undefined })
  const whole = overlayEnvironment(table ?? {}, env, (at) => keysAt(configSchema, at))
  const parsed = configSchema.safeParse(whole)
  if (!parsed.success) throw explainSettings(parsed.error, table === null ? 'the environment' : path, FORM)
  return { config: parsed.data, file: table === null ? null : path }
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
