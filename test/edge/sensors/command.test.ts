import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseNumbers } from '../../../edge/sensors/command-output.ts'
import { configureSource } from '../../../edge/sensors/configure.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { sensorKeyWithin } from '../../../shared/ids.ts'
import { eventually } from '../health/eventually.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { readAll } from './read-all.ts'

describe('what a program prints', () => {
  it.each<[string, [string | null, number][]]>([
    ['21.5\n', [[null, 21.5]]],
    ['  -3e2 ', [[null, -300]]],
    ['in 20.5\nout=-3\nwind: 7', [['in', 20.5], ['out', -3], ['wind', 7]]], // biome-ignore format: pairs
    ['{"a": 1, "b": true, "c": "no", "d": null, "e": {"f": 1}}', [['a', 1], ['b', 1]]], // biome-ignore format: pairs
    ['', []],
    ['error: no sensor', []],
    ['{"a": 1', []],
    ['NaN', []],
  ])('%j holds its numbers', (output, numbers) => {
    expect([...parseNumbers(output)]).toEqual(numbers)
  })
})

describe('a command', () => {
  it('gives several sensors, and says which one the program left out', async () => {
    const tree = fakeTree()
    tree.program('meter', 'echo "{\\"power\\": 230.5, \\"total kWh\\": 12}"')
    const values = { power: { kind: 'power' }, 'total kWh': { kind: 'energy', name: 'Total' }, gas: {} }
    const { source } = configureSource('meter', { driver: 'command', command: ['meter'], values }, tree.machine)
    const total = sensorKeyWithin('meter', 'total kWh')
    expect(source.sensors).toEqual([
      { key: 'meter_power', kind: 'power', unit: 'W', name: 'power' },
      { key: total, kind: 'energy', unit: 'kWh', name: 'Total' },
      { key: 'meter_gas', kind: 'number', unit: '', name: 'gas' },
    ])
    expect(await readAll(source)).toMatchObject([
      { sensor: 'meter_power', value: 230.5 },
      { sensor: total, value: 12 },
      {
        sensor: 'meter_gas',
        error: { message: expect.stringContaining('meter did not print a number for gas, but "') },
      },
    ])
  })

  it('gives keys of another script, and keys that read the same, a sensor each', () => {
    const table = { driver: 'command', command: ['meter'], values: { кухня: {}, 厨房: {}, 'T-1': {}, 'T 1': {} } }
    const { source } = configureSource('meter', table, fakeTree().machine)
    const keys = source.sensors.map(({ key }) => key)
    expect(new Set(keys).size).toBe(4)
    for (const key of keys) expect(key).toMatch(/^meter_(sensor|t_1)_[0-9a-f]{8}$/)
  })

  it('gives a key that stays whatever else is listed, and that every spelling of its name has', async () => {
    const tree = fakeTree()
    tree.program('meter', `printf 'Su\\314\\210d 3\\nT-1 4\\n'`)
    const sensors = (...names: string[]) => {
      const values = Object.fromEntries(names.map((name) => [name, {}]))
      return configureSource('meter', { driver: 'command', command: ['meter'], values }, tree.machine).source
    }
    const alone = sensors('T-1').sensors[0]?.key
    expect(sensors('T 1', 'T-1').sensors[1]?.key).toBe(alone)
    for (const spelling of ['NFC', 'NFD']) {
      const source = sensors('Süd'.normalize(spelling), 'T-1')
      expect(await readAll(source)).toEqual([
        { sensor: sensorKeyWithin('meter', 'Süd'), value: 3 },
        { sensor: alone, value: 4 },
      ])
      expect(source.sensors[0]?.name).toBe('Süd'.normalize('NFC'))
    }
    expect(() => sensors('Süd'.normalize('NFC'), 'Süd'.normalize('NFD'))).toThrow(
      'makes two sensors with the key meter_sud_',
    )
    expect(() => sensors('\u202e')).toThrow('has a name with nothing that can be seen')
  })

  it('fails with the last line of standard error', async () => {
    const tree = fakeTree()
    tree.program('meter', 'echo 12; echo "no answer from /dev/ttyUSB0" >&2; exit 1')
    const { source } = configureSource('meter', { driver: 'command', command: ['meter'] }, tree.machine)
    await expect(readAll(source)).rejects.toThrow('meter ended with code 1: no answer from /dev/ttyUSB0')
  })

  it('is ended when its time is over', async () => {
    const clock = new ManualClock()
    const tree = fakeTree({ clock })
    tree.program('meter', `touch ${tree.root}/started; exec sleep 60`)
    const settings = { driver: 'command', command: ['meter'], timeout_s: 2 }
    const reading = readAll(configureSource('meter', settings, tree.machine).source)
    reading.catch(() => {
      // Expected below; this only keeps it from being reported before that.
    })
    await eventually(() => expect(existsSync(join(tree.root, 'started'))).toBe(true))
    clock.advance(2_000)
    await expect(reading).rejects.toMatchObject({ code: 'device_busy' })
  })

  it('is a list of words and never a line for a shell', () => {
    const { machine } = fakeTree()
    for (const command of ['echo 1; reboot', [], ['']])
      expect(() => configureSource('meter', { driver: 'command', command }, machine)).toThrow('[sensors.meter] command')
  })
})
