import { z } from 'zod'
import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import { explainSettings } from '../../shared/explain-settings.ts'
import { SENSOR_KEY, sensorKeyOf } from '../../shared/ids.ts'
import { sensorKey, text } from '../../shared/messages/fields.ts'
import { nearestName } from '../../shared/nearest-name.ts'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'
import type { Machine } from '../health/machine.ts'
import { tableExamples } from './examples.ts'
import { SENSOR_DRIVERS } from './index.ts'
import type { SampledSource } from './sampled-source.ts'
import type { RegisteredDriver, SensorDescription, SensorSource } from './source.ts'
import { tableLabel } from './table-label.ts'

const forOneOrEach = <T extends z.ZodType>(value: T) => z.union([value, z.record(sensorKey, value)])

/** What every table `[sensors.<key>]` may say, whatever its driver. */
export const commonSettings = z.object({
  driver: z.string(),
  interval_s: z.number().min(0.1).max(86_400).optional(),
  /** Smallest change worth sending, for all its sensors or by sensor key. */
  deadband: forOneOrEach(z.number().min(0)).optional(),
  /** An unchanged value is sent again after this long, so that silence means trouble. */
  max_silence_s: z.number().min(1).max(86_400).default(900),
  /** What a person calls it: by sensor key, or one text that stands before the names of several. */
  name: forOneOrEach(text(60).min(1)).optional(),
  /** Only for the kinds `number` and `count`; every other kind has its unit. */
  unit: forOneOrEach(text(20)).optional(),
  /** Only these of its sensors. */
  sensors: z.array(sensorKey).min(1).optional(),
})

type Common = z.infer<typeof commonSettings>

const COMMON_KEYS = new Set(Object.keys(commonSettings.shape))
/** Kinds without a unit of their own, to which a person may give one. */
const FREE_UNIT = new Set(['number', 'count'])

/**
 * Builds what the sampler needs from one table `[sensors.<name>]` of the configuration file.
 * Throws `bad_config` that names the table and the field. Opens and runs nothing.
 */
export function configureSource(
  name: string,
  table: Readonly<Record<string, unknown>>,
  machine: Machine,
): SampledSource {
  const label = tableLabel(name)
  const fail = (what: string, hint?: string) =>
    new LaresError('bad_config', `[sensors.${label}] ${what}`, hint === undefined ? {} : { hint })
  const key = sensorKeyOf(name)
  if (key === null) throw fail('has a name with nothing that can be seen')
  const parsed = commonSettings.safeParse(
    Object.fromEntries(Object.entries(table).filter(([field]) => COMMON_KEYS.has(field))),
  )
  const examples = tableExamples(label, table.driver)
  if (!parsed.success) throw explainSettings(parsed.error, '', { schema: commonSettings, examples }, ['sensors', label])
  // What people read is what a person wrote, however the key is made of it.
  const settings = key === name ? parsed.data : { name: cutText(cleanText(name.normalize('NFC')), 60), ...parsed.data }
  const driver = SENSOR_DRIVERS.get(settings.driver)
  if (!driver) throw fail(...noneOf('driver', settings.driver, SENSOR_DRIVERS.keys()))

  let source: SensorSource
  try {
    const own = Object.fromEntries(Object.entries(table).filter(([field]) => !COMMON_KEYS.has(field)))
    source = driver.open(key, own, machine)
  } catch (error) {
    if (error instanceof z.ZodError)
      throw explainSettings(error, '', { schema: driver.settings, examples, more: [...COMMON_KEYS] }, [
        'sensors',
        label,
      ])
    throw error
  }
  checkSensors(source, settings, fail)
  return {
    table: name,
    source: dressed(source, settings, driver),
    intervalMs: Math.round((settings.interval_s ?? driver.defaults.intervalS) * 1_000),
    maxSilenceMs: settings.max_silence_s * 1_000,
    deadband: (sensor) => one(settings.deadband, sensor.key) ?? driver.defaults.deadband?.[sensor.kind] ?? 0,
  }
}

/** A name that is none of the possible ones, as message and remedy. */
function noneOf(field: string, wrong: string, known: Iterable<string>): [what: string, hint: string] {
  const names = [...known]
  const nearest = nearestName(wrong, names)
  const meant = nearest === null ? '' : `Did you mean ${nearest}? `
  return [`${field}: ${wrong} is none that there is`, `${meant}Choose one of ${names.join(', ')}.`]
}

/** What can be said before the first read. A source that discovers its sensors is judged when they appear. */
function checkSensors(source: SensorSource, settings: Common, fail: (what: string, hint?: string) => Error): void {
  const keys = new Set(source.sensors.map((sensor) => sensor.key))
  if (keys.size === 0) return
  const tooLong = [...keys].find((key) => !SENSOR_KEY.test(key))
  if (tooLong !== undefined) throw fail(`makes the sensor key ${tooLong}, which is too long`, 'Choose a shorter key.')
  const twin = source.sensors.find(({ key }, index) => source.sensors.findIndex((one) => one.key === key) < index)
  if (twin !== undefined)
    throw fail(`makes two sensors with the key ${twin.key}`, `Remove one of what makes it: ${twin.name}.`)
  const unknown = settings.sensors?.find((key) => !keys.has(key))
  if (unknown !== undefined) throw fail(...noneOf('sensors', unknown, keys))
  if (settings.unit !== undefined && !source.sensors.some((sensor) => FREE_UNIT.has(sensor.kind)))
    throw fail(
      'unit: can be set only for the kinds number and count',
      'Remove it: every other kind has its own unit, and a program converts what it prints.',
    )
}

/** The source with the configured names and units, and only the chosen sensors. */
function dressed(source: SensorSource, settings: Common, driver: RegisteredDriver): SensorSource {
  const chosen = settings.sensors && new Set(settings.sensors)
  const dress = (sensor: SensorDescription, several: boolean): SensorDescription => {
    const given = one(settings.name, sensor.key)
    const prefixed = several && typeof settings.name === 'string' ? `${given} ${sensor.name}` : given
    const name = prefixed ?? sensor.name
    return {
      ...sensor,
      name: cutText(driver.defaults.simulated && !/simulated/i.test(name) ? `${name} (simulated)` : name, 100),
      unit: FREE_UNIT.has(sensor.kind) ? (one(settings.unit, sensor.key) ?? sensor.unit) : unitOf(sensor),
    }
  }
  let before: readonly SensorDescription[] | null = null
  let after: readonly SensorDescription[] = []
  return {
    name: source.name,
    get sensors() {
      if (source.sensors !== before) {
        before = source.sensors
        const kept = before.filter((sensor) => chosen?.has(sensor.key) ?? true)
        after = kept.map((sensor) => dress(sensor, sensor.key !== source.name))
      }
      return after
    },
    ...(source.stepMs === undefined ? {} : { stepMs: source.stepMs }),
    read: (signal, hand) =>
      source.read(signal, (result) => {
        if (chosen?.has(result.sensor) ?? true) hand(result)
      }),
    close: () => source.close?.(),
  }
}

function unitOf(sensor: SensorDescription): string {
  return SENSOR_KINDS.get(sensor.kind)?.unit ?? sensor.unit
}

function one<T extends string | number>(setting: T | Record<string, T> | undefined, key: string): T | undefined {
  if (typeof setting !== 'object') return setting
  return Object.hasOwn(setting, key) ? setting[key] : undefined
}
