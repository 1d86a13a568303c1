import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually } from './lib/fleet.ts'
import { healthOf } from './lib/hub-health.ts'

const program = fileURLToPath(new URL('./agent-process.ts', import.meta.url))
const LONG_MS = 60_000

interface Shown {
  device: { id: string; name: string; alarms: string[] }
  alarms: { part: string | null; description: string; since: number }[]
}

let data: ReturnType<typeof makeDataFolder>
let hub: HubProcess
let admin: LocalAdmin
let agent: ChildProcess | null = null
const log: string[] = []

beforeEach(async () => {
  data = makeDataFolder()
  hub = await startHub({ folder: data.folder })
  admin = await LocalAdmin.open(hub.ports.socket)
})
afterEach(async () => {
  agent?.kill('SIGKILL')
  admin.close()
  await hub.kill()
  data.remove()
})

/** The program of a sensor: it prints a number, or says what is wrong and fails. */
function sensorProgram(works: boolean): void {
  const file = join(data.scratch, 'probe')
  writeFileSync(file, works ? '#!/bin/sh\necho 21.5\n' : '#!/bin/sh\necho "the probe is unplugged" >&2\nexit 3\n')
  chmodSync(file, 0o755)
}

function edge(...words: string[]): ChildProcess {
  const config = join(data.scratch, 'edge.toml')
  const child = spawn(process.execPath, [program, ...words, '--data', join(data.scratch, 'edge'), '--config', config])
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => log.push(String(text)))
  return child
}

async function joined(): Promise<void> {
  const [name, port] = ['Cellar', hub.ports.tls]
  const { token } = await admin.call<{ token: string }>('devices', 'invite', { name })
  mkdirSync(join(data.scratch, 'edge'), { mode: 0o700 })
  writeFileSync(
    join(data.scratch, 'edge.toml'),
    `[agent]\ndefault_sensors = false\n[hub]\naddresses = ["127.0.0.1:${port}"]\n` +
      `[sensors.probe]\ndriver = "command"\ncommand = ["${join(data.scratch, 'probe')}"]\ninterval_s = 1\n`,
  )
  const join_ = edge('join', token)
  expect(await new Promise((resolve) => join_.once('close', resolve)), log.join('')).toBe(0)
}

async function shown(): Promise<Shown> {
  const { devices } = await admin.call<{ devices: { id: string; alarms: string[] }[] }>('devices', 'list')
  const [only] = devices
  const answer = await admin.call<Shown>('devices', 'show', { device: only?.id })
  return { ...answer, device: { ...answer.device, alarms: only?.alarms ?? [] } }
}

const problems = async () => (await healthOf(hub)).problems.filter(({ code }) => code === 'device_alarm')

describe('an agent whose sensor fails', () => {
  it('is shown as such by the hub, over a restart of the hub, until the sensor works again', async () => {
    sensorProgram(false)
    await joined()
    agent = edge('run')
    await eventually(async () => (await shown()).alarms.length > 0, LONG_MS)
    const { alarms, device } = await shown()
    expect(alarms).toMatchObject([{ part: 'probe', description: expect.stringContaining('the probe is unplugged') }])
    expect(device.alarms).toEqual([expect.stringContaining('the probe is unplugged')])
    expect(await problems()).toMatchObject([
      { message: expect.stringMatching(/Cellar.*the probe is unplugged.*since/) },
    ])

    admin.close()
    expect(await hub.stop()).toBe(0)
    hub = await startHub({ folder: data.folder, hubArguments: ['--tls', `127.0.0.1:${hub.ports.tls}`] })
    admin = await LocalAdmin.open(hub.ports.socket)
    expect((await shown()).alarms).toEqual(alarms)
    await eventually(async () => (await problems()).length === 1)

    sensorProgram(true)
    await eventually(async () => (await shown()).alarms.length === 0, LONG_MS)
    await eventually(async () => (await problems()).length === 0)
    const after = await admin.call<{ device: { last_error: string } }>('devices', 'show', { device: device.id })
    expect(after.device.last_error).toContain('the probe is unplugged')
  })
})
