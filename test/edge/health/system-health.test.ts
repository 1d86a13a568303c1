import { describe, expect, it, vi } from 'vitest'
import { readBootId, readHardwareModel } from '../../../edge/health/hardware.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import { systemHealthReader } from '../../../edge/health/system-health.ts'
import { ManualClock, systemClock } from '../../../shared/clock.ts'
import { heartbeat } from '../../../shared/messages/heartbeat.ts'
import { eventually } from './eventually.ts'
import { fakeTree } from './fake-tree.ts'
import { RASPBERRY_PI_4 } from './raspberry-pi.ts'

const diskPath = '/var/lib/lares'

describe('the health of a machine', () => {
  it('reads everything the heartbeat wants from a Raspberry Pi', async () => {
    const tree = fakeTree({ files: RASPBERRY_PI_4, addresses: { wlan0: '192.168.1.23' } })
    tree.program('vcgencmd', '[ "$1" = get_throttled ] && echo throttled=0x50005')
    const read = systemHealthReader({ machine: tree.machine, clock: new ManualClock(), diskPath })
    await read()
    tree.write('/proc/stat', 'cpu  1050 0 500 8350 600 0 0 0 0 0\n')
    const health = await read()

    expect(health).toMatchObject({
      uptime_s: 86_400.25,
      cpu: { percent: 10, load1: 0.41, temperature_c: 51.218, frequency_mhz: 1500 },
      throttled: {
        raw: '0x50005',
        under_voltage: true,
        frequency_capped: false,
        throttled: true,
        soft_temperature: false,
        under_voltage_occurred: true,
        frequency_capped_occurred: false,
        throttled_occurred: true,
        soft_temperature_occurred: false,
      },
      memory: { used_mb: 412, total_mb: 1849, swap_mb: 10 },
      disk: { read_only: false, written_mb: 143 },
      network: { interface: 'wlan0', rssi_dbm: -58, link_mbps: null, address: '192.168.1.23' },
      clock: { synced: true, source: 'ntp' },
    })
    expect(health.disk.free_mb).toBeGreaterThan(0)
    expect(await readHardwareModel(tree.machine)).toBe('Raspberry Pi 4 Model B Rev 1.4')
    expect(await readBootId(tree.machine)).toBe('5c1c3c3e-7b0a-4d8e-9a55-0d7f0f6a1b2c')
  })

  it('says null for everything on a machine that has none of the files, never false and never 0', async () => {
    const tree = fakeTree()
    const health = await systemHealthReader({ machine: tree.machine, clock: new ManualClock(), diskPath })()
    const values = [health.uptime_s, ...Object.values(health).flatMap((group) => Object.values(group ?? {}))]
    expect(values.filter((value) => value !== null)).toEqual([])
    expect(values.length).toBeGreaterThan(25)
    expect(await readHardwareModel(tree.machine)).toBeNull()
    expect(await readBootId(tree.machine)).toBeNull()
  })

  it('says null for everything when every file is empty', async () => {
    const empty = Object.fromEntries(Object.keys(RASPBERRY_PI_4).map((path) => [path, '']))
    const { '/run/systemd/timesync/synchronized': _, ...files } = empty
    const tree = fakeTree({ files })
    tree.program('vcgencmd', 'true')
    tree.program('timedatectl', 'true')
    const health = await systemHealthReader({ machine: tree.machine, clock: new ManualClock(), diskPath: '/none' })()
    const values = [health.uptime_s, ...Object.values(health).flatMap((group) => Object.values(group ?? {}))]
    expect(values.filter((value) => value !== null)).toEqual([])
  })

  it('lets one dead mount hang without the other groups, and asks it again only when it answered', async () => {
    const clock = new ManualClock()
    const { machine } = fakeTree({ files: RASPBERRY_PI_4 })
    let release = () => {}
    const space = vi
      .fn<typeof machine.space>(() => Promise.reject(new Error('gone')))
      .mockImplementationOnce(() => new Promise((_, reject) => (release = () => reject(new Error('late')))))
    const read = systemHealthReader({ machine: { ...machine, space }, clock, diskPath })

    const first = read()
    const others = { uptime_s: 86_400.25, memory: { total_mb: 1849 }, clock: { synced: true }, disk: { free_mb: null } }
    await eventually(async () => expect(await read()).toMatchObject(others))
    clock.advance(5_000)
    expect(await first).toMatchObject({ uptime_s: 86_400.25, disk: { free_mb: null, read_only: null } })
    expect(space).toHaveBeenCalledTimes(1)
    release()
    await eventually(async () => expect((await read()).disk.read_only).toBe(false))
  })

  it('is plausible on the machine that runs this test', async () => {
    const machine = systemMachine()
    const read = systemHealthReader({ machine, clock: systemClock, diskPath: process.cwd() })
    await read()
    const health = await read()
    const full = { ...heartbeat.sample, ...health }
    expect(heartbeat.schema.parse(full)).toEqual(full)
    expect(health.uptime_s).toBeGreaterThan(0)
    expect(health.cpu.load1).toBeGreaterThanOrEqual(0)
    expect(health.memory.total_mb).toBeGreaterThan(100)
    expect(health.memory.used_mb).toBeLessThan(health.memory.total_mb ?? 0)
    expect(health.disk.free_mb).toBeGreaterThan(0)
    expect(health.disk.used_percent).toBeLessThanOrEqual(100)
    expect(await readBootId(machine)).toMatch(/^[0-9a-f-]{36}$/)
  })
})
