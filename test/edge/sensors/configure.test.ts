import { describe, expect, it } from 'vitest'
import { configureSensors } from '../../../edge/config/load-settings.ts'
import { configureSource } from '../../../edge/sensors/configure.ts'
import { simulatedValue } from '../../../edge/sensors/simulated.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { readAll } from './read-all.ts'

const configure = (key: string, table: Record<string, unknown>) => configureSource(key, table, fakeTree().machine)

describe('the settings every sensor has', () => {
  it('choose sensors of a source that has several, and read only those', async () => {
    const { machine } = fakeTree({ files: { '/proc/meminfo': 'MemTotal: 4096 kB\nMemAvailable: 1024 kB\n' } })
    const { source } = configureSource('memory', { driver: 'memory', sensors: ['memory_used'] }, machine)
    expect(source.sensors.map(({ key }) => key)).toEqual(['memory_used'])
    expect(await readAll(source)).toEqual([{ sensor: 'memory_used', value: 75 }])
  })

  it('name one sensor, stand before the names of several, or name each', () => {
    const names = (table: Record<string, unknown>) => configure('it', table).source.sensors.map(({ name }) => name)
    expect(names({ driver: 'load', name: 'Busy' })).toEqual(['Busy'])
    expect(names({ driver: 'memory', name: 'Pi' })).toEqual(['Pi Memory used', 'Pi Memory available'])
    expect(names({ driver: 'memory', name: { it_used: 'Full' } })).toEqual(['Full', 'Memory available'])
  })

  it('give a unit to a plain number and to nothing else', () => {
    const counter = { driver: 'command', command: ['x'], kind: 'count', unit: 'bees' }
    expect(configure('hive', counter).source.sensors[0]?.unit).toBe('bees')
    expect(() => configure('cpu', { driver: 'cpu-temperature', unit: 'K' })).toThrow('[sensors.cpu] unit')
  })

  it('set a deadband for each sensor, else the one of its kind', () => {
    const { deadband, source } = configure('memory', { driver: 'memory', deadband: { memory_used: 5 } })
    const of = (index: number) => {
      const sensor = source.sensors[index]
      return typeof deadband === 'function' && sensor ? deadband(sensor) : null
    }
    expect([of(0), of(1)]).toEqual([5, 20])
  })

  it.each<[string, string, Record<string, unknown>, string]>([
    ['an unknown driver', 'x', { driver: 'bme9000' }, 'driver: bme9000 is none that there is'],
    ['no driver', 'x', {}, '[sensors.x] driver'],
    ['an interval of 0', 'x', { driver: 'load', interval_s: 0 }, '[sensors.x] interval_s'],
    ['a name that nobody sees', '\u200e ', { driver: 'load' }, 'has a name with nothing that can be seen'],
    ['a wrong field in a table with a name', 'Süd 1', { driver: 'load', minutes: 7 }, '[sensors."Süd 1"] minutes'],
    ['a key too long for its sensors', 'k'.repeat(35), { driver: 'memory' }, 'which is too long'],
    ['a sensor it has not', 'm', { driver: 'memory', sensors: ['m_swap'] }, 'sensors: m_swap is none that there is'],
    ['an impossible choice', 'x', { driver: 'load', minutes: 7 }, '[sensors.x] minutes'],
  ])('are refused with %s', (_, key, table, message) => {
    expect(() => configure(key, table)).toThrow(message)
    expect(() => configure(key, table)).toThrow(expect.objectContaining({ code: 'bad_config' }))
  })

  it.each<[Record<string, unknown>, string, string]>([
    [{ interval_s: 3 }, 'driver: is missing', 'driver = "one-wire"'],
    [{ driver: 'disk', interval_s: '3' }, 'interval_s: is to be a number', 'interval_s = 30'],
    [{ driver: 'disk', deadband: 'x' }, 'deadband: is to be a number or a table', 'deadband = 0.5'],
    [{ driver: 'disk', path: 'var' }, 'path: is to begin with /', 'path = "/"'],
    [{ driver: 'load', minutes: 3 }, 'minutes: is to be 1, 5 or 15', 'minutes = 5'],
    [{ driver: 'iio', device: 3 }, 'device: is to be a text in quotes', 'device = "bme280"'],
    [
      { driver: 'command', command: 'x' },
      'command: is to be a list in [ ]',
      'command = ["/usr/local/bin/solar-power"]',
    ],
    [{ driver: 'command', command: [] }, 'command: is to be a list of at least 1', 'command = ['],
    [{ driver: 'command', command: ['x'], kind: 'heat' }, 'kind: "heat" is no kind', 'kind = "temperature"'],
    [{ driver: 'command', command: ['x'], values: { a: { kind: 3 } } }, 'values.a.kind: is to be', 'values = {'],
  ])('are told in words, with a line for that very key: %j', (table, message, line) => {
    expect(() => configure('a', table)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`[sensors.a] ${message}`),
        hint: expect.stringContaining(`For example:\n    ${line}`),
      }),
    )
  })
})

describe('a table with a name that is no key', () => {
  const NAMES = ['кухня', '厨房', '🌡️ attic', 'Wohnzimmer Süd', 'x'.repeat(300), 'Cellar', 'T-1', 'T 1', '👩‍👩‍👧']

  it('gets a key of its own, that depends on nothing but the name, and keeps the name for people', () => {
    const keys = NAMES.map((name) => configure(name, { driver: 'load' }).source.sensors[0]?.key ?? '')
    for (const key of keys) expect(key).toMatch(/^[a-z0-9_]{1,21}$/)
    expect(new Set(keys).size).toBe(NAMES.length)
    expect([keys[0], keys[3]]).toEqual(['sensor_07c47309', 'wohnzimmer_s_853a5b22'])
    const names = NAMES.map((name) => configure(name, { driver: 'load' }).source.sensors[0]?.name)
    expect(names).toEqual(NAMES.map((name) => cutText(name, 60)))
    expect(configure('кухня', { driver: 'load', name: 'Kitchen' }).source.sensors[0]?.name).toBe('Kitchen')
  })

  it('has room for the sensors of a source with several', () => {
    const { source } = configure('x'.repeat(300), { driver: 'memory' })
    expect(source.sensors.map(({ key }) => key)).toEqual([
      expect.stringMatching(/_used$/),
      expect.stringMatching(/_available$/),
    ])
  })

  it('is one sensor however its name is composed, and two tables of one name are told by both', () => {
    const [composed, apart] = ['Wohnzimmer Süd'.normalize('NFC'), 'Wohnzimmer Süd'.normalize('NFD')]
    expect(configure(apart, { driver: 'load' }).source.name).toBe(configure(composed, { driver: 'load' }).source.name)
    const { machine } = fakeTree({ clock: new ManualClock() })
    const { sources, faults } = configureSensors(
      { [composed]: { driver: 'load' }, кухня: { driver: 'load' }, [apart]: { driver: 'memory' } },
      { machine, file: 'edge.toml' },
    )
    expect(sources.map(({ table }) => table)).toEqual([composed, 'кухня'])
    expect(faults.map(({ error }) => error.message)).toEqual([
      `edge.toml: [sensors."${composed}"] and [sensors."${apart}"] are one name, written with other characters`,
    ])
  })

  it('is told when somebody wrote the key that another name stands for', () => {
    const { machine } = fakeTree({ clock: new ManualClock() })
    const key = configure('кухня', { driver: 'load' }).source.name
    const { faults } = configureSensors(
      { кухня: { driver: 'load' }, [key]: { driver: 'load' } },
      { machine, file: null },
    )
    expect(faults).toHaveLength(1)
  })
})

describe('simulated values', () => {
  const options = { kind: 'temperature', min: 18, max: 24, period_s: 600, seed: 7 } as const

  it.each(['wave', 'walk', 'step', 'constant'] as const)(
    'of a %s are the same at the same time and within bounds',
    (pattern) => {
      const values = Array.from({ length: 200 }, (_, index) => simulatedValue({ ...options, pattern }, index * 7_000))
      expect(Array.from({ length: 200 }, (_, i) => simulatedValue({ ...options, pattern }, i * 7_000))).toEqual(values)
      expect(Math.min(...values)).toBeGreaterThanOrEqual(18)
      expect(Math.max(...values)).toBeLessThanOrEqual(24)
      if (pattern !== 'constant') expect(new Set(values).size).toBeGreaterThan(1)
    },
  )

  it('wander without jumps', () => {
    const at = (second: number) => simulatedValue({ ...options, pattern: 'walk' }, second * 1_000)
    const jumps = Array.from({ length: 600 }, (_, second) => Math.abs(at(second + 1) - at(second)))
    expect(Math.max(...jumps)).toBeLessThan(6 * 0.03)
  })

  it('say in the name that they are invented, whatever the configuration calls them', () => {
    const { machine } = fakeTree({ clock: new ManualClock() })
    const name = (table: object) =>
      configureSource('t', { driver: 'simulated', ...table }, machine).source.sensors[0]?.name
    expect(name({})).toBe('Simulated temperature')
    expect(name({ name: 'Living room' })).toBe('Living room (simulated)')
  })
})
