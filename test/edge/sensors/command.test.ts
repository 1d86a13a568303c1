import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseNumbers } from '../../../edge/sensors/command-output.ts'
import { configureSource } from '../../../edge/sensors/configure.ts'
import { ManualClock } from '../../../shared/clock.ts'
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
    expect(source.sensors).toEqual([
      { key: 'meter_power', kind: 'power', unit: 'W', name: 'power' },
      { key: 'meter_total_kwh', kind: 'energy', unit: 'kWh', name: 'Total' },
      { key: 'meter_gas', kind: 'number', unit: '', name: 'gas' },
    ])
    expect(await readAll(source)).toMatchObject([
      { sensor: 'meter_power', value: 230.5 },
      { sensor: 'meter_total_kwh', value: 12 },
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
    for (const key of keys) expect(key).toMatch(/^meter_(t_1_)?[0-9a-f]{8}$/)
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
