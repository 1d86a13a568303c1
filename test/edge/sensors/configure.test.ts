import { describe, expect, it } from 'vitest'
import { configureSource } from '../../../edge/sensors/configure.ts'
import { simulatedValue } from '../../../edge/sensors/simulated.ts'
import { ManualClock } from '../../../shared/clock.ts'
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
    ['a key with capitals', 'Cellar', { driver: 'load' }, '[sensors.Cellar] has a key'],
    ['a key too long for its sensors', 'k'.repeat(35), { driver: 'memory' }, 'which is too long'],
    ['a sensor it has not', 'm', { driver: 'memory', sensors: ['m_swap'] }, 'sensors: m_swap is none that there is'],
    ['an impossible choice', 'x', { driver: 'load', minutes: 7 }, '[sensors.x] minutes'],
  ])('are refused with %s', (_, key, table, message) => {
    expect(() => configure(key, table)).toThrow(message)
    expect(() => configure(key, table)).toThrow(expect.objectContaining({ code: 'bad_config' }))
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
