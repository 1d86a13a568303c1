import { describe, expect, it } from 'vitest'
import { clockSyncReader } from '../../../edge/health/clock-sync.ts'
import { cpuReader } from '../../../edge/health/cpu.ts'
import { readCpuTemperature } from '../../../edge/health/cpu-temperature.ts'
import { readDisk, readDiskUse } from '../../../edge/health/disk.ts'
import { readMemory } from '../../../edge/health/memory.ts'
import { mountOf } from '../../../edge/health/mounts.ts'
import { readNetwork } from '../../../edge/health/network.ts'
import { readThrottled } from '../../../edge/health/throttled.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { fakeTree } from './fake-tree.ts'
import { RASPBERRY_PI_4 } from './raspberry-pi.ts'

describe('the CPU', () => {
  it('takes the zone of the CPU, not the first one', async () => {
    const { machine } = fakeTree({
      files: {
        '/sys/class/thermal/cooling_device0/type': 'Processor\n',
        '/sys/class/thermal/thermal_zone0/type': 'acpitz\n',
        '/sys/class/thermal/thermal_zone0/temp': '27800\n',
        '/sys/class/thermal/thermal_zone1/type': 'iwlwifi_1\n',
        '/sys/class/thermal/thermal_zone1/temp': '44000\n',
        '/sys/class/thermal/thermal_zone2/type': 'x86_pkg_temp\n',
        '/sys/class/thermal/thermal_zone2/temp': '61000\n',
      },
    })
    expect(await readCpuTemperature(machine)).toBe(61)
  })

  it('reads temperatures below zero', async () => {
    const { machine } = fakeTree({
      files: {
        '/sys/class/thermal/thermal_zone0/type': 'cpu_thermal\n',
        '/sys/class/thermal/thermal_zone0/temp': '-7250\n',
      },
    })
    expect(await readCpuTemperature(machine)).toBe(-7.25)
  })

  it('does not call the temperature of a Wi-Fi chip the CPU temperature', async () => {
    const { machine } = fakeTree({
      files: {
        '/sys/class/thermal/thermal_zone0/type': 'iwlwifi_1\n',
        '/sys/class/thermal/thermal_zone0/temp': '44000\n',
      },
    })
    expect(await readCpuTemperature(machine)).toBeNull()
  })

  it('knows no share at the first call, nor when the counters stand still', async () => {
    const { machine } = fakeTree({ files: { '/proc/stat': 'cpu  1 2 3 4 5 6 7 8 0 0\n' } })
    const read = cpuReader(machine)
    expect((await read()).percent).toBeNull()
    expect((await read()).percent).toBeNull()
  })
})

describe('memory', () => {
  it('gives null for the figures whose lines are missing, and the others all the same', async () => {
    const { machine } = fakeTree({ files: { '/proc/meminfo': 'MemTotal: 1048576 kB\nSwapTotal: oops\n' } })
    expect(await readMemory(machine)).toEqual({ used_mb: null, total_mb: 1024, swap_mb: null })
  })
})

describe('the disk', () => {
  it('counts used space as df does, without the blocks reserved for root', async () => {
    const { machine } = fakeTree()
    const MiB = 1_048_576
    const space = async () => ({
      bytes: 100 * MiB,
      freeBytes: 30 * MiB,
      availableBytes: 25 * MiB,
      files: 1_000,
      freeFiles: 920,
    })
    expect(await readDiskUse({ ...machine, space }, '/')).toEqual({ freeMb: 25, usedPercent: 73.7, inodePercent: 8 })
  })

  it('has no share of inodes on a file system without a fixed number of them', async () => {
    const { machine } = fakeTree()
    const space = async () => ({ bytes: 0, freeBytes: 0, availableBytes: 0, files: 0, freeFiles: 0 })
    expect(await readDiskUse({ ...machine, space }, '/')).toMatchObject({ usedPercent: null, inodePercent: null })
  })

  it('sees a card that the kernel remounted read-only after errors', async () => {
    const tree = fakeTree({ files: RASPBERRY_PI_4 })
    tree.write('/proc/self/mountinfo', '21 1 179:2 / / ro,noatime shared:1 - ext4 /dev/root ro,errors=remount-ro\n')
    expect(await readDisk(tree.machine, '/var/lib/lares')).toMatchObject({ read_only: true, written_mb: 143 })
  })

  it('does not take the option errors=remount-ro for read-only', async () => {
    const tree = fakeTree({ files: RASPBERRY_PI_4 })
    tree.write('/proc/self/mountinfo', '21 1 179:2 / / rw shared:1 - ext4 /dev/root rw,errors=remount-ro\n')
    expect(await readDisk(tree.machine, '/var/lib/lares')).toMatchObject({ read_only: false })
  })

  it('finds the mount with the longest path, spaces and all, and not one that only begins alike', async () => {
    const { machine } = fakeTree({
      files: {
        '/proc/self/mountinfo': [
          '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
          '2 1 8:2 / /data rw - ext4 /dev/sda2 rw',
          '3 1 8:3 / /data\\040two ro - ext4 /dev/sda3 rw',
          'nonsense',
          '',
        ].join('\n'),
      },
    })
    expect((await mountOf(machine, '/data/lares'))?.device).toBe('8:2')
    expect((await mountOf(machine, '/data two/lares'))?.device).toBe('8:3')
    expect((await mountOf(machine, '/database'))?.device).toBe('8:1')
  })
})

describe('the network', () => {
  it('follows the default route with the smallest metric to the cable and its speed', async () => {
    const tree = fakeTree({ files: RASPBERRY_PI_4, addresses: { eth0: '192.168.1.9' } })
    tree.write(
      '/proc/net/route',
      'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\nwlan0 00000000 0101A8C0 0003 0 0 600 00000000 0 0 0\neth0 00000000 0101A8C0 0003 0 0 100 00000000 0 0 0\n',
    )
    tree.write('/sys/class/net/eth0/speed', '1000\n')
    expect(await readNetwork(tree.machine)).toEqual({
      interface: 'eth0',
      rssi_dbm: null,
      link_mbps: 1000,
      address: '192.168.1.9',
    })
  })

  it('takes the first interface that is up when there is no default route, and no speed of -1', async () => {
    const tree = fakeTree({ files: RASPBERRY_PI_4 })
    tree.remove('/proc/net/route')
    tree.write('/sys/class/net/wlan0/speed', '-1\n')
    expect(await readNetwork(tree.machine)).toMatchObject({ interface: 'wlan0', link_mbps: null, address: null })
  })

  it('reads the signal of old drivers that print it as a byte', async () => {
    const tree = fakeTree({ files: RASPBERRY_PI_4 })
    tree.write('/proc/net/wireless', ' wlan0: 0000   52.  198.  0.  0 0 0 0 0 0\n')
    expect((await readNetwork(tree.machine)).rssi_dbm).toBe(-58)
  })
})

describe('power', () => {
  it('asks the kernel where vcgencmd is missing and knows then only the voltage', async () => {
    const tree = fakeTree({
      files: {
        '/sys/class/hwmon/hwmon0/name': 'cpu_thermal\n',
        '/sys/class/hwmon/hwmon1/name': 'rpi_volt\n',
        '/sys/class/hwmon/hwmon1/in0_lcrit_alarm': '1\n',
      },
    })
    expect(await readThrottled(tree.machine)).toMatchObject({ raw: null, under_voltage: true, throttled: null })
    tree.write('/sys/class/hwmon/hwmon1/in0_lcrit_alarm', '0\n')
    expect((await readThrottled(tree.machine)).under_voltage).toBe(false)
  })

  it('is unknown, not fine, when vcgencmd may not reach the firmware', async () => {
    const tree = fakeTree()
    tree.program('vcgencmd', 'echo "VCHI initialization failed"; exit 255')
    expect((await readThrottled(tree.machine)).under_voltage).toBeNull()
  })
})

describe('the clock', () => {
  it('believes timedatectl where timesyncd does not run, and asks it once in ten minutes after a yes', async () => {
    const clock = new ManualClock()
    const tree = fakeTree({ files: { '/count': '' }, clock })
    tree.program('timedatectl', `echo x >> ${tree.root}/count; echo yes`)
    const read = clockSyncReader(tree.machine, clock)
    expect(await read()).toEqual({ synced: true, source: 'ntp' })
    expect(await read()).toEqual({ synced: true, source: 'ntp' })
    expect(await tree.machine.readText('/count')).toBe('x\n')
    clock.advance(600_000)
    tree.program('timedatectl', 'echo no')
    expect(await read()).toEqual({ synced: false, source: null })
  })

  it('names the battery clock when no server sets the time', async () => {
    const tree = fakeTree({ files: { '/sys/class/rtc/rtc0/name': 'rtc-ds1307\n' } })
    tree.program('timedatectl', 'echo no')
    expect(await clockSyncReader(tree.machine, new ManualClock())()).toEqual({ synced: false, source: 'rtc' })
  })
})
