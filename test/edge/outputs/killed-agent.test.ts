import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Agent } from '../../../edge/agent.ts'
import { configSchema } from '../../../edge/config/schema.ts'
import { writeDeviceIdentity } from '../../../edge/link/device-identity.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { ROOT } from '../../source-tree.ts'
import { makeCertificate } from '../certificate.ts'
import { fakeGpiod } from '../gpio/fake-gpiod.ts'
import { eventually } from '../health/eventually.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { HubDouble } from '../hub-double.ts'

const SECRET = 's'.repeat(43)
const DEVICE = 'kitchen-x7k2m9'
const certificate = makeCertificate()
const PUMP = { type: 'relay', pin: 17 } as const

it('a killed agent leaves nothing that holds its relay on, and the next one begins with the safe state', async () => {
  const tree = fakeTree()
  const gpiod = fakeGpiod(tree, 2)
  const dataFolder = join(tree.root, 'data')
  mkdirSync(dataFolder)
  tree.write(
    '/edge.toml',
    '[agent]\ndefault_sensors = false\n[gpio]\nbackend = "gpiod"\n[outputs.pump]\ntype = "relay"\npin = 17\n',
  )
  const hub = new HubDouble({ certificate, device: DEVICE, secret: SECRET })
  await hub.start()
  onTestFinished(() => hub.stop())
  writeDeviceIdentity(dataFolder, {
    ...{ device: DEVICE, secret: SECRET, name: 'Kitchen', joined_at: 0 },
    ...{ addresses: [hub.address], pin: certificate.pin, base: 'lares' },
  })
  const start = async (births: number): Promise<ChildProcess> => {
    const words = ['cli/main.ts', 'edge', 'run', '--data', dataFolder, '--config', join(tree.root, 'edge.toml')]
    const env = { ...process.env, PATH: `${join(tree.root, 'bin')}:${process.env.PATH}` }
    const agent = spawn(process.execPath, words, { cwd: ROOT, env, stdio: 'ignore' })
    onTestFinished(() => void agent.kill('SIGKILL'))
    await hub.until('it is online', () => hub.values('birth').length === births, 60_000)
    await hub.until('its birth is answered', () => hub.values('event').length >= births, 60_000)
    return agent
  }
  const ended = (agent: ChildProcess) => new Promise((resolve) => agent.once('exit', (code) => resolve(code)))

  const killed = await start(1)
  expect(gpiod.level(17)).toBe(false)
  hub.send('command', { id: 'c1', name: 'switch', params: { output: 'pump', state: 'on' }, expires_in_ms: 60_000 })
  await hub.until('it is on', () => hub.values('result').length === 1, 60_000)
  expect([hub.values('result')[0]?.ok, gpiod.level(17)]).toEqual([true, true])

  killed.kill('SIGKILL')
  await ended(killed)
  await eventually(() => expect(gpiod.running('gpioset')).toEqual([]))

  const next = await start(2)
  expect(gpiod.level(17)).toBe(false)
  next.kill('SIGTERM')
  expect(await ended(next)).toBe(0)
  expect(gpiod.running('gpioset')).toEqual([])
  const sets = gpiod.calls().filter((call) => call.startsWith('gpioset'))
  expect(sets.map((call) => call.split(' ').at(-1))).toEqual(['17=0', '17=1', '17=0'])
}, 180_000)

it('an agent takes the safe state before it opens its outbox, which may take long', async () => {
  const clock = new ManualClock()
  const tree = fakeTree({ clock })
  fakeGpiod(tree, 2)
  const dataFolder = join(tree.root, 'data')
  const seen: boolean[] = []
  const agent = new Agent({
    dataFolder,
    config: configSchema.parse({
      agent: { default_sensors: false },
      gpio: { backend: 'gpiod' },
      outputs: { pump: PUMP },
    }),
    configFile: null,
    env: {},
    machine: {
      ...tree.machine,
      start(command, options) {
        if (command.includes('gpioset')) seen.push(existsSync(join(dataFolder, 'outbox.db')))
        return tree.machine.start(command, options)
      },
    },
    clock,
    log: silentLog,
    boot: 'boot-1',
    version: '0.1.0',
  })
  await agent.start()
  expect(existsSync(join(dataFolder, 'outbox.db'))).toBe(true)
  await agent.stop()
  expect(seen[0]).toBe(false)
})
