import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { writeDeviceIdentity } from '../../edge/link/device-identity.ts'
import { makeCertificate } from '../edge/certificate.ts'
import { HubDouble } from '../edge/hub-double.ts'
import { slaveText } from '../edge/sensors/scratchpad.ts'

const LONG_MS = 60_000
const program = fileURLToPath(new URL('./hung-agent-process.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lares-hung-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A file of each kind that the agent asks the kernel for, except those that the sensors beside them need. */
const HUNG = {
  thermometer: '/sys/class/thermal/thermal_zone0/temp',
  voltage: '/sys/class/hwmon/hwmon0/in0_lcrit_alarm',
  frequency: '/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq',
  cable: '/sys/class/net/eth0/speed',
  pins: '/sys/class/gpio/gpiochip512/label',
  wireless: '/proc/net/wireless',
  ticks: '/proc/stat',
  uptime: '/proc/uptime',
  written: '/proc/diskstats',
  memory: '/proc/meminfo',
  model: '/proc/device-tree/model',
  probe: '/sys/bus/w1/devices/28-00000000000a/w1_slave',
  chip0: '/sys/bus/iio/devices/iio:device0/in_temp_input',
  chip1: '/sys/bus/iio/devices/iio:device1/in_temp_input',
  chip2: '/sys/bus/iio/devices/iio:device2/in_temp_input',
}

const WELL = {
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/hwmon/hwmon0/name': 'rpi_volt\n',
  '/sys/class/net/eth0/operstate': 'up\n',
  '/sys/class/gpio/export': '',
  '/sys/class/gpio/gpiochip512/base': '512\n',
  '/sys/bus/w1/devices/28-00000000000b/w1_slave': slaveText(21_500),
  '/sys/bus/iio/devices/iio:device3/in_temp_input': '20000\n',
  ...Object.fromEntries(
    [0, 1, 2, 3].map((index) => [`/sys/bus/iio/devices/iio:device${index}/name`, `chip${index}\n`]),
  ),
  '/proc/loadavg': '0.5 0.5 0.5 1/100 1\n',
}

/** Sensors that read what hangs. */
const FAILING = [
  'cpu_temperature',
  'memory',
  'w1_00000000000a',
  'chip0_temperature',
  'chip1_temperature',
  'chip2_temperature',
]

function machineWithHungDevices(): string {
  const root = join(folder, 'root')
  for (const [path, text] of Object.entries(WELL)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const path of Object.values(HUNG)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    // Who opens a pipe that nobody writes to waits in the kernel, as at a wedged driver.
    execFileSync('mkfifo', [join(root, path)])
  }
  return root
}

describe('an agent on a machine where a device file of every kind never answers', () => {
  it('samples the others, sends heartbeats, looks names up, names only the guilty, and stops in time', async () => {
    const certificate = makeCertificate()
    const [device, secret] = ['cellar-x7k2m9', 'canary7'.repeat(7).slice(0, 43)]
    const hub = new HubDouble({ certificate, device, secret })
    await hub.start()
    const dataFolder = join(folder, 'data')
    mkdirSync(dataFolder, { mode: 0o700 })
    const where = { addresses: [hub.address], pin: certificate.pin, base: 'lares' }
    writeDeviceIdentity(dataFolder, { device, secret, name: 'Cellar', joined_at: 0, ...where })
    const config = join(folder, 'edge.toml')
    const chips = [0, 1, 2, 3].map((index) => `[sensors.chip${index}]\ndriver = "iio"\ndevice = "chip${index}"`)
    writeFileSync(
      config,
      [
        '[agent]\ndefault_sensors = false',
        '[heartbeat]\ninterval_s = 5',
        '[gpio]\ntalk_button = { pin = 17 }',
        ...chips,
      ]
        .concat(
          '[sensors.bus]\ndriver = "one-wire"',
          '[sensors.cpu_temperature]\ndriver = "cpu-temperature"',
          '[sensors.memory]\ndriver = "memory"',
          '[sensors.load]\ndriver = "load"\ninterval_s = 1\nmax_silence_s = 1',
        )
        .join('\n'),
    )
    const agent = spawn(process.execPath, [program, dataFolder, config, machineWithHungDevices()])
    const ended = new Promise((resolve) => agent.once('close', (code, signal) => resolve({ code, signal })))
    let log = ''
    agent.stdout.setEncoding('utf8').on('data', (text) => {
      log += text
    })
    agent.stderr.setEncoding('utf8').on('data', (text) => {
      log += text
    })
    try {
      const failing = () => hub.values('event').filter(({ type }) => type === 'sensor_failing')
      const named = () => new Set(failing().map(({ data }) => data?.sensor ?? data?.source))
      await hub.until('all of them are named', () => named().size >= FAILING.length, LONG_MS)
      const count = (sensor: string) =>
        hub.values('readings').flatMap(({ items }) => items.filter((item) => item.sensor === sensor)).length
      const [loads, beats, names] = [count('load'), hub.values('heartbeat').length, log.split('looked up').length]
      await hub.until('more readings come', () => count('load') > loads + 2, LONG_MS)
      await hub.until('heartbeats come', () => hub.values('heartbeat').length > beats + 1, LONG_MS)
      await hub.until('names are looked up', () => log.split('looked up').length > names + 1, LONG_MS)
      expect(count('w1_00000000000b')).toBeGreaterThan(0)
      expect(count('chip3_temperature')).toBeGreaterThan(0)
      expect(named()).toEqual(new Set(FAILING))
      expect(failing().find(({ data }) => data?.source === 'cpu_temperature')?.description).toContain(HUNG.thermometer)
      const beat = hub.values('heartbeat').at(-1)
      expect(beat).toMatchObject({ cpu: { load1: 0.5, temperature_c: null }, network: { interface: 'eth0' } })
      const held = [...log.matchAll(/threads held by files: (\d+)/g)].map(([, threads]) => Number(threads))
      // Our own files are read in passing; what hangs holds its thread from one second to the next.
      const steadily = held.map((_, index) => Math.min(...held.slice(index, index + 10)))
      expect(Math.max(...steadily.slice(0, -9))).toBe(1)
      expect(nodesBelow(agent.pid)).toEqual([])
      const startedAt = performance.now()
      agent.kill('SIGTERM')
      expect(await ended).toEqual({ code: 0, signal: null })
      expect(performance.now() - startedAt).toBeLessThan(5_000)
    } finally {
      agent.kill('SIGKILL')
      await hub.stop()
    }
  })
})

/** Children that are a whole Node: each would cost 40 MB. */
function nodesBelow(parent: number | undefined): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const [, name, ppid] = /^\d+ \((.*)\) \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
      return Number(ppid) === parent && name === 'node' ? [pid] : []
    } catch {
      return []
    }
  })
}
