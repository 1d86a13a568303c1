import { execFile, type SpawnOptions, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import type { AgentStatus } from '../../edge/status/status-file.ts'
import { COMMANDS } from '../../hub/features/commands.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { sandboxOf, sandboxTrouble } from '../faults/lib/unit-sandbox.ts'
import { pulseMissing, startPulse } from '../fixtures/pulse.ts'

const run = promisify(execFile)
const LARES = join(import.meta.dirname, '../../lares')
const DEADLINE_MS = 60_000
const UNRESTRICTED = { RestrictAddressFamilies: '', SystemCallFilter: '', RestrictNamespaces: '' }

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function dataFolder() {
  const data = makeDataFolder()
  closing.push(data.remove)
  return data
}

async function adminOf(hub: HubProcess): Promise<LocalAdmin> {
  const admin = await LocalAdmin.open(hub.ports.socket)
  closing.push(() => admin.close())
  return admin
}

/** Calls every command with each of its examples, in a house where they find what they name, and says how each ended. */
async function outcomes(under: string[]): Promise<Record<string, string>> {
  const hub = await startHub({ ...dataFolder(), under, hubArguments: ['--tls', '0.0.0.0:0'] })
  const admin = await adminOf(hub)
  await admin.call('users', 'create', { email: 'anna@example.com', password: 'correct horse battery', role: 'admin' })
  const ends: Record<string, string> = {}
  for (const { area, verb, examples } of COMMANDS)
    for (const { params } of examples) {
      const end = await admin.call(area, verb, params).then(
        () => 'ok',
        (error: Error) => error.message,
      )
      ends[`${area} ${verb} ${JSON.stringify(params)}`] = end
    }
  expect(await hub.stop()).toBe(0)
  return ends
}

describe.skipIf(sandboxTrouble !== null)('a hub under the restrictions of its unit', () => {
  it('answers every command as it does without them, also where it listens on all addresses', async () => {
    const free = await outcomes(sandboxOf('lares-hub', { ownNetwork: true, instead: UNRESTRICTED }))
    const restricted = await outcomes(sandboxOf('lares-hub', { ownNetwork: true }))
    expect(restricted).toEqual(free)
    expect(Object.values(free)).toContain('ok')
    expect(JSON.stringify(free)).not.toContain('internal')
  })

  it('needs its addresses for an invitation alone', async () => {
    const instead = { RestrictAddressFamilies: 'AF_UNIX AF_INET AF_INET6' }
    const ends = await outcomes(sandboxOf('lares-hub', { ownNetwork: true, instead }))
    const without = Object.keys(ends).filter((call) => ends[call]?.includes('no_addresses'))
    expect(without.map((call) => call.split(' ').slice(0, 2).join(' '))).toEqual(['devices invite'])
    expect(JSON.stringify(ends)).not.toContain('internal')
  })
})

/** An agent with every part that starts programs or opens devices, joined to the hub and online. Ends it in order. */
async function statusOf(hub: HubProcess, under: string[], env: NodeJS.ProcessEnv): Promise<AgentStatus> {
  const data = dataFolder()
  const config = join(data.scratch, 'edge.toml')
  writeFileSync(config, EVERYTHING)
  const admin = await adminOf(hub)
  const { token } = await admin.call<{ token: string }>('devices', 'invite', { name: 'Speaker' })
  const [program = '', ...words] = [...under, LARES, 'edge']
  const own = ['--data', data.folder, '--config', config]
  await run(program, [...words, 'join', token, ...own], { env })
  const options: SpawnOptions = { env, stdio: ['ignore', 'ignore', 'pipe'] }
  const child = spawn(program, [...words, 'run', ...own], options)
  closing.push(() => child.kill('SIGKILL'))
  let log = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    log += String(chunk)
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const status = () => JSON.parse(readFileSync(join(data.folder, 'agent.json'), 'utf8')) as AgentStatus
  const isReady = () => {
    const { link, heartbeat, sensors } = status()
    return link.state === 'online' && sensors === SENSORS && heartbeat?.audio.state === 'ok'
  }
  await eventually(() => {
    try {
      return isReady()
    } catch {
      return false // it has written nothing yet
    }
  }, DEADLINE_MS).catch(() => {
    throw new Error(`the agent is not ready: ${log}`)
  })
  const last = status()
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  return last
}

const SENSORS = 2
const EVERYTHING = `
[agent]
default_sensors = false
[heartbeat]
interval_s = 5
[microphone]
enabled = true
device = "lares_mic"
[speaker]
enabled = true
device = "lares_speaker"
[gpio]
talk_button = 17
[sensors.solar]
driver = "command"
command = ["/bin/sh", "-c", "cat /proc/loadavg | cut -d ' ' -f 1"]
kind = "number"
interval_s = 1
[sensors.room]
driver = "simulated"
interval_s = 1
`

describe.skipIf(sandboxTrouble !== null || pulseMissing !== null)('an agent under the restrictions of its unit', () => {
  it('misses nothing that it has without them: programs, microphone, speaker, link', async () => {
    const pulse = startPulse()
    closing.push(() => pulse.stop())
    const hub = await startHub({ ...dataFolder(), under: sandboxOf('lares-hub') })
    closing.push(() => hub.stop())
    const free = await statusOf(hub, [], pulse.env)
    const restricted = await statusOf(hub, sandboxOf('lares-edge'), pulse.env)
    expect(restricted.missing).toEqual(free.missing)
  })

  it('starts every program of the system that it asks, with the same end', async () => {
    const folder = dataFolder().scratch
    const asked = [
      ['/bin/cat', '--', '/proc/loadavg'],
      ['/bin/ls', '-1A', '--', '/proc/self/fd/.'],
      ['/usr/bin/test', '-w', folder],
      ['/usr/bin/stat', '-f', '-c', '%S %b', '--', folder],
      ['/bin/sh', '-c', 'printf "%s" "$1" | tee "$2"', 'sh', 'out', join(folder, 'pin')],
      ['id', '-nG'],
      // No chip is there: each asks the kernel for one and says that it has none.
      ['gpiodetect'],
      ['gpioinfo', 'gpiochip0'],
      ['gpioget', '--bias=pull-up', 'gpiochip0', '17'],
      ['gpioset', '--mode=signal', 'gpiochip0', '17=0'],
      ['gpiomon', '--num-events=1', 'gpiochip0', '17'],
    ]
    const endOf = async ([program = '', ...words]: string[]) => {
      const { code = 0, signal = null, stderr } = await run(program, words, { timeout: 10_000 }).catch((end) => end)
      return { code, signal, stderr }
    }
    for (const command of asked) {
      const restricted = await endOf([...sandboxOf('lares-edge'), ...command])
      expect({ command, ...restricted }).toEqual({ command, ...(await endOf(command)) })
    }
  })

  it('may not change its root or leave its namespaces, so the restrictions are there', async () => {
    for (const program of [
      ['chroot', '/', 'true'],
      ['unshare', '-U', 'true'],
    ]) {
      const [launcher = '', ...words] = [...sandboxOf('lares-edge'), ...program]
      await expect(run(launcher, words)).rejects.toThrow('Operation not permitted')
    }
  })
})
