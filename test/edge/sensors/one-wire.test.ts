import { describe, expect, it } from 'vitest'
import { configureSource } from '../../../edge/sensors/configure.ts'
import { fakeTree } from '../health/fake-tree.ts'

const signal = new AbortController().signal
const good = (milli: number) => `51 01 4b 46 : crc=2a YES\n51 01 4b 46 t=${milli}\n`
const slave = (id: string) => `/sys/bus/w1/devices/${id}/w1_slave`

function bus(files: Record<string, string>) {
  const tree = fakeTree({ files: { '/sys/bus/w1/devices/w1_bus_master1/w1_master_slaves': '', ...files } })
  return { tree, source: configureSource('bus', { driver: 'one-wire', name: 'Cellar' }, tree.machine).source }
}

describe('the 1-Wire bus', () => {
  it('reads temperatures below zero', async () => {
    const { source } = bus({ [slave('28-00000a')]: '', [slave('28-0316a2795eff')]: good(-7250) })
    expect(await source.read(signal)).toEqual([{ sensor: 'w1_0316a2795eff', value: -7.25 }])
  })

  it('refuses a value that failed its checksum, and gives the other probes', async () => {
    const { source } = bus({
      [slave('28-000000000001')]: good(20_000),
      [slave('28-000000000002')]: '00 00 00 : crc=2a NO\n00 00 00 t=12000\n',
    })
    const [first, second] = await source.read(signal)
    expect(first).toEqual({ sensor: 'w1_000000000001', value: 20 })
    expect(second).toMatchObject({ sensor: 'w1_000000000002', error: { code: 'bad_value' } })
  })

  it('refuses the 85 degrees that a probe holds after power-on', async () => {
    const { source } = bus({ [slave('28-000000000001')]: good(85_000) })
    expect(await source.read(signal)).toMatchObject([{ sensor: 'w1_000000000001', error: { code: 'bad_value' } }])
  })

  it('takes the newer file where w1_slave is gone', async () => {
    const { source } = bus({ '/sys/bus/w1/devices/10-000000000001/temperature': '23125\n' })
    expect(await source.read(signal)).toEqual([{ sensor: 'w1_10_000000000001', value: 23.125 }])
  })

  it('discovers probes that are plugged in later, and misses those that are pulled out', async () => {
    const { tree, source } = bus({ [slave('28-000000000001')]: good(20_000) })
    expect(source.sensors).toEqual([])
    await source.read(signal)
    expect(source.sensors).toEqual([
      { key: 'w1_000000000001', kind: 'temperature', unit: '°C', name: 'Cellar Temperature 000000000001' },
    ])
    const before = source.sensors
    await source.read(signal)
    expect(source.sensors).toBe(before)

    tree.write(slave('28-000000000002'), good(4_000))
    tree.remove('/sys/bus/w1/devices/28-000000000001')
    expect(await source.read(signal)).toMatchObject([
      { sensor: 'w1_000000000002', value: 4 },
      { sensor: 'w1_000000000001', error: { code: 'device_missing' } },
    ])
    expect(source.sensors.map(({ key }) => key)).toEqual(['w1_000000000001', 'w1_000000000002'])
  })
})
