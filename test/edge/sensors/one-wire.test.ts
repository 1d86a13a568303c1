import { describe, expect, it } from 'vitest'
import { configureSource } from '../../../edge/sensors/configure.ts'
import { crc8 } from '../../../edge/sensors/one-wire-probe.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { readAll } from './read-all.ts'
import { slaveOf, slaveText } from './scratchpad.ts'

const slave = (id: string) => `/sys/bus/w1/devices/${id}/w1_slave`
const ONE = '28-000000000001'

function bus(files: Record<string, string>) {
  const tree = fakeTree({ files: { '/sys/bus/w1/devices/w1_bus_master1/w1_master_slaves': '', ...files } })
  return { tree, source: configureSource('bus', { driver: 'one-wire', name: 'Cellar' }, tree.machine).source }
}

describe('the 1-Wire bus', () => {
  it('reads temperatures below zero', async () => {
    const { source } = bus({ [slave('28-00000a')]: '', [slave('28-0316a2795eff')]: slaveText(-7250) })
    expect(await readAll(source)).toEqual([{ sensor: 'w1_0316a2795eff', value: -7.25 }])
  })

  it('takes the newer file where w1_slave is gone', async () => {
    const { source } = bus({ '/sys/bus/w1/devices/10-000000000001/temperature': '23125\n' })
    expect(await readAll(source)).toEqual([{ sensor: 'w1_10_000000000001', value: 23.125 }])
  })

  it('discovers probes that are plugged in later, and misses those that are pulled out', async () => {
    const { tree, source } = bus({ [slave(ONE)]: slaveText(20_000) })
    expect(source.sensors).toEqual([])
    await readAll(source)
    expect(source.sensors).toEqual([
      { key: 'w1_000000000001', kind: 'temperature', unit: '°C', name: 'Cellar Temperature 000000000001' },
    ])
    const before = source.sensors
    await readAll(source)
    expect(source.sensors).toBe(before)

    tree.write(slave('28-000000000002'), slaveText(4_000))
    tree.remove(`/sys/bus/w1/devices/${ONE}`)
    expect(await readAll(source)).toMatchObject([
      { sensor: 'w1_000000000001', error: { code: 'device_missing' } },
      { sensor: 'w1_000000000002', value: 4 },
    ])
    expect(source.sensors.map(({ key }) => key)).toEqual(['w1_000000000001', 'w1_000000000002'])
  })
})

describe('a scratchpad', () => {
  it('has the checksum of the data sheet', () => {
    // Power-on contents of a DS18B20 as its driver prints them.
    expect(crc8([0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10])).toBe(0x1c)
  })

  it.each<[string, string, RegExp]>([
    [
      'whose checksum is wrong, whatever the verdict says',
      slaveOf([0x40, 0x01, 0x4b, 0x46, 0x7f, 0xff, 0x10, 0x10, 0x2a], 20_000),
      /failed its checksum/,
    ],
    ['of nothing but zeros, whose checksum is right', slaveOf([0, 0, 0, 0, 0, 0, 0, 0, 0], 0), /nothing but zeros/],
    ['with more degrees than the chip can measure', slaveText(125_500), /125\.5 °C, which its chip cannot/],
    ['with fewer degrees than the chip can measure', slaveText(-56_000), /-56 °C, which its chip cannot/],
    ['that is cut short', '50 05 4b : crc=4b YES\n50 05 4b t=85000\n', /gave no temperature/],
    ['of a probe that was just switched on', slaveText(85_000, { reserved: 0x0c }), /power-on value/],
  ])('%s is no value, and the other probes are read', async (_, text, message) => {
    const { source } = bus({ [slave(ONE)]: text, [slave('28-000000000002')]: slaveText(20_000) })
    expect(await readAll(source)).toMatchObject([
      { sensor: 'w1_000000000001', error: { code: 'bad_value', message: expect.stringMatching(message) } },
      { sensor: 'w1_000000000002', value: 20 },
    ])
  })

  it('may well say 85 °C: an oven does', async () => {
    const { source } = bus({ [slave(ONE)]: slaveText(85_000) })
    expect(await readAll(source)).toEqual([{ sensor: 'w1_000000000001', value: 85 }])
  })

  it('that looks like power-on is believed when a second conversion says something else', async () => {
    const { tree, source } = bus({})
    // The first reader gets the power-on contents, the next one a measured value.
    tree.write(slave(ONE), slaveText(85_000, { reserved: 0x0c }))
    const { startReading } = tree.machine
    tree.machine.startReading = (path, options) => {
      const program = startReading(path, options)
      void program.ended.then(() => tree.write(slave(ONE), slaveText(84_750)))
      return program
    }
    expect(await readAll(source)).toEqual([{ sensor: 'w1_000000000001', value: 84.75 }])
  })

  it('of a thermocouple may say more than a semiconductor can', async () => {
    const bytes = [0x00, 0x20, 0x00, 0x00, 0xf0, 0xff, 0xff, 0xff]
    const { source } = bus({ [slave('3b-000000000001')]: slaveOf([...bytes, crc8(bytes)], 512_000) })
    expect(await readAll(source)).toEqual([{ sensor: 'w1_3b_000000000001', value: 512 }])
  })
})
