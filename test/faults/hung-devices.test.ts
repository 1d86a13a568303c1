import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { writeIdentity } from '../../edge/identity.ts'
import { makeCertificate } from '../edge/certificate.ts'
import { HubDouble } from '../edge/hub-double.ts'
import { slaveText } from '../edge/sensors/scratchpad.ts'

const LONG_MS = 60_000
const program = fileURLToPath(new URL('./hung-agent-process.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'lares-hung-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function machineWithHungDevices(): string {
  const root = join(folder, 'root')
  const put = (path: string, text: string | null) => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    // Who opens a pipe that nobody writes to waits in the kernel, as at a wedged driver.
    if (text === null) execFileSync('mkfifo', [join(root, path)])
    else writeFileSync(join(root, path), text)
  }
  put('/sys/bus/w1/devices/28-00000000000a/w1_slave', null)
  put('/sys/bus/w1/devices/28-00000000000b/w1_slave', slaveText(21_500))
  for (const [index, text] of [null, null, null, '20000\n'].entries()) {
    put(`/sys/bus/iio/devices/iio:device${index}/name`, `chip${index}\n`)
    put(`/sys/bus/iio/devices/iio:device${index}/in_temp_input`, text)
  }
  put('/proc/loadavg', '0.5 0.5 0.5 1/100 1\n')
  return root
}

describe('an agent with four device files that never answer', () => {
  it('samples the others, sends heartbeats, looks names up, names only the guilty, and stops in time', async () => {
    const certificate = makeCertificate()
    const [device, secret] = ['cellar-x7k2m9', 'canary7'.repeat(7).slice(0, 43)]
    const hub = new HubDouble({ certificate, device, secret })
    await hub.start()
    const dataFolder = join(folder, 'data')
    mkdirSync(dataFolder, { mode: 0o700 })
    const where = { addresses: [hub.address], pin: certificate.pin, base: 'lares' }
    writeIdentity(dataFolder, { device, secret, name: 'Cellar', joined_at: 0, ...where })
    const config = join(folder, 'edge.toml')
    const chips = [0, 1, 2, 3].map((index) => `[sensors.chip${index}]\ndriver = "iio"\ndevice = "chip${index}"`)
    writeFileSync(
      config,
      ['[agent]\ndefault_sensors = false', '[heartbeat]\ninterval_s = 5', ...chips]
        .concat(
          '[sensors.bus]\ndriver = "one-wire"',
          '[sensors.load]\ndriver = "load"\ninterval_s = 1\nmax_silence_s = 1',
        )
        .join('\n'),
    )
    const agent = spawn(process.execPath, [program, dataFolder, config, machineWithHungDevices()])
    const ended = new Promise((resolve) => agent.once('close', (code, signal) => resolve({ code, signal })))
    let log = ''
    agent.stdout.on('data', (text) => {
      log += String(text)
    })
    agent.stderr.on('data', (text) => {
      log += String(text)
    })
    try {
      const events = () => hub.values('event').filter(({ type }) => type === 'sensor_failing')
      await hub.until('the four are named', () => events().length >= 4, LONG_MS)
      const count = (sensor: string) =>
        hub.values('readings').flatMap(({ items }) => items.filter((item) => item.sensor === sensor)).length
      const [loads, beats, names] = [count('load'), hub.values('heartbeat').length, log.split('looked up').length]
      await hub.until('more readings come', () => count('load') > loads + 2, LONG_MS)
      await hub.until('heartbeats come', () => hub.values('heartbeat').length > beats, LONG_MS)
      await hub.until('names are looked up', () => log.split('looked up').length > names + 1, LONG_MS)
      expect(count('w1_00000000000b')).toBeGreaterThan(0)
      expect(count('chip3_temperature')).toBeGreaterThan(0)
      const named = new Set(events().map(({ data }) => data?.sensor ?? data?.source))
      expect(named).toEqual(new Set(['w1_00000000000a', 'chip0_temperature', 'chip1_temperature', 'chip2_temperature']))
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
