import { describe, expect, it } from 'vitest'
import { checkValue } from '../../edge/sensors/check-value.ts'
import { configureSource } from '../../edge/sensors/configure.ts'
import { SENSOR_DRIVERS } from '../../edge/sensors/index.ts'
import type { Trouble } from '../../edge/sensors/trouble.ts'
import { troubleReporter } from '../../edge/sensors/trouble.ts'
import { ManualClock } from '../../shared/clock.ts'
import { birth } from '../../shared/messages/birth.ts'
import { SENSOR_KINDS } from '../../shared/sensors/index.ts'
import type { FakeTree } from '../edge/health/fake-tree.ts'
import { fakeTree } from '../edge/health/fake-tree.ts'
import { readAll } from '../edge/sensors/read-all.ts'

interface Case {
  settings?: Record<string, unknown>
  files?: Record<string, string>
  prepare?: (tree: FakeTree) => void
  /** How many values one read gives on the prepared machine. */
  values: number
  /** The trouble on a machine without the hardware; `null` where nothing can be missing. */
  missing: string | null
}

/** One machine for every driver. A driver without a case fails the first test. */
const CASES: Record<string, Case> = {
  command: {
    settings: { command: ['measure'], kind: 'power' },
    prepare: (tree) => tree.program('measure', 'echo 42.5'),
    values: 1,
    missing: 'missing_program',
  },
  'cpu-temperature': {
    files: {
      '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
      '/sys/class/thermal/thermal_zone0/temp': '51218\n',
    },
    values: 1,
    missing: 'device_missing',
  },
  disk: { settings: { path: '/data' }, files: { '/data/file': '' }, values: 2, missing: 'device_missing' },
  iio: {
    files: {
      '/sys/bus/iio/devices/iio:device0/name': 'bme280\n',
      '/sys/bus/iio/devices/iio:device0/in_temp_input': '21370\n',
      '/sys/bus/iio/devices/iio:device0/in_pressure_input': '101.325000\n',
      '/sys/bus/iio/devices/iio:device0/in_humidityrelative_input': '45123\n',
    },
    values: 3,
    missing: 'device_missing',
  },
  load: { files: { '/proc/loadavg': '0.41 0.32 0.20 1/180 4711\n' }, values: 1, missing: 'device_missing' },
  memory: {
    files: { '/proc/meminfo': 'MemTotal: 1893696 kB\nMemAvailable: 1471488 kB\n' },
    values: 2,
    missing: 'device_missing',
  },
  'one-wire': {
    files: {
      '/sys/bus/w1/devices/28-0316a2795eff/w1_slave':
        '51 01 4b 46 7f ff 0f 10 fe : crc=fe YES\n51 01 4b 46 7f ff 0f 10 fe t=21062\n',
    },
    values: 1,
    missing: 'device_missing',
  },
  simulated: { values: 1, missing: null },
}

it('every driver has a machine in this suite, under its own name', () => {
  expect(Object.keys(CASES).sort()).toEqual([...SENSOR_DRIVERS.keys()].sort())
  for (const [name, driver] of SENSOR_DRIVERS) expect(driver.driver).toBe(name)
})

describe.each(Object.entries(CASES))('the source %s', (driver, { settings, files, prepare, values, missing }) => {
  const configure = (tree: FakeTree, more: Record<string, unknown> = {}) =>
    configureSource('probe', { driver, ...settings, ...more }, tree.machine)

  it('measures: each value belongs to a sensor it announced and is possible for its kind', async () => {
    const tree = fakeTree(files ? { files } : {})
    prepare?.(tree)
    const { source } = configure(tree)
    const results = await readAll(source)
    expect(results).toHaveLength(values)
    for (const result of results) {
      const judged = checkValue(result, source.sensors)
      expect(judged).not.toBeInstanceOf(Error)
      expect(judged).not.toHaveProperty('quality')
    }
    expect(new Set(results.map(({ sensor }) => sensor)).size).toBe(values)
  })

  it('announces sensors that fit into the birth message, in the unit of their kind', async () => {
    const tree = fakeTree(files ? { files } : {})
    prepare?.(tree)
    const { source } = configure(tree)
    await readAll(source)
    expect(birth.schema.shape.sensors.parse(source.sensors)).toEqual(source.sensors)
    for (const sensor of source.sensors) expect(SENSOR_KINDS.get(sensor.kind)?.unit).toBe(sensor.unit)
  })

  it('can be built on a machine without the hardware, and says there what is missing and what to do', async () => {
    const tree = fakeTree({ clock: new ManualClock() })
    const { source } = configure(tree)
    const troubles: Trouble[] = []
    const reporter = troubleReporter({ source: 'probe', sensor: null }, new ManualClock(), (trouble) =>
      troubles.push(trouble),
    )
    await readAll(source).catch(reporter.failed)
    expect(troubles[0]?.code ?? null).toBe(missing)
    if (missing !== null) expect(troubles[0]?.message.length).toBeGreaterThan(20)
  })

  it('names the table and the key of a setting it does not know', () => {
    expect(() => configure(fakeTree(), { colour: 'red' })).toThrow(/\[sensors\.probe\].*colour/)
  })

  it('has an interval, a patience with silence and a deadband of its own, all of them settable', () => {
    const tree = fakeTree()
    const plain = configure(tree)
    expect(plain.intervalMs).toBeGreaterThanOrEqual(1_000)
    expect(plain.maxSilenceMs).toBe(900_000)
    const set = configure(tree, { interval_s: 5, max_silence_s: 60, deadband: 2 })
    expect(set).toMatchObject({ intervalMs: 5_000, maxSilenceMs: 60_000 })
    const sensor = { key: 'probe', kind: 'temperature', unit: '°C', name: '' }
    expect(set.deadband).toBeTypeOf('function')
    if (typeof set.deadband === 'function') expect(set.deadband(sensor)).toBe(2)
  })
})
