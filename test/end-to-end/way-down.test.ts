import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { type FakeGpiod, fakeGpiod } from '../edge/gpio/fake-gpiod.ts'
import { fakeTree } from '../edge/health/fake-tree.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { ROOT } from '../source-tree.ts'

const LONG_MS = 120_000
const data = makeDataFolder()
const running: ChildProcess[] = []
let hub: HubProcess
let admin: LocalAdmin

beforeAll(async () => {
  hub = await startHub({ folder: data.folder })
  admin = await LocalAdmin.open(hub.ports.socket)
}, LONG_MS)
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  admin.close()
  await hub.stop()
  data.remove()
}, LONG_MS)

function keep(child: ChildProcess): ChildProcess {
  running.push(child)
  return child
}

interface Pi {
  device: string
  pins: FakeGpiod
  start(): ChildProcess
}

/** A Pi with pins, whose agent has joined the hub. */
async function pi(name: string, settings: string): Promise<Pi> {
  const tree = fakeTree()
  const pins = fakeGpiod(tree, 2)
  const folder = join(tree.root, 'data')
  mkdirSync(folder)
  tree.write('/edge.toml', `[agent]\ndefault_sensors = false\n${settings}`)
  const env = { ...process.env, PATH: `${join(tree.root, 'bin')}:${process.env.PATH}`, INVOCATION_ID: 'a service' }
  const edge = (...words: string[]) => {
    const where = ['--data', folder, '--config', join(tree.root, 'edge.toml')]
    return keep(
      spawn(process.execPath, ['cli/main.ts', 'edge', ...words, ...where], { cwd: ROOT, env, stdio: 'ignore' }),
    )
  }
  const { token } = await admin.call<{ token: string }>('devices', 'invite', { name })
  expect(await new Promise((resolve) => edge('join', token).once('exit', resolve))).toBe(0)
  const { devices } = await admin.call<{ devices: { id: string; name: string }[] }>('devices', 'list')
  return { device: devices.find((one) => one.name === name)?.id ?? '', pins, start: () => edge('run') }
}

const isOnline = (device: string) =>
  eventually(async () => {
    const shown = await admin.call<{ device: { status: string } }>('devices', 'show', { device })
    return shown.device.status === 'online'
  }, LONG_MS)

/** The script of the manual, as it stands there. */
function script(): string {
  const manual = readFileSync(join(ROOT, 'docs/protocol-tutorial.md'), 'utf8')
  return /^```js\n([\s\S]*?)^```$/m.exec(manual)?.[1] ?? ''
}

it('a button of one agent switches a relay of another, by the script of the manual', async () => {
  const button = await pi('Hall', '[gpio]\nbackend = "gpiod"\ntalk_button = 17\n')
  const lamp = await pi('Kitchen', '[gpio]\nbackend = "gpiod"\n[outputs.lamp]\ntype = "relay"\npin = 22\n')
  // Nobody presses it: the resistor pulls it up.
  button.pins.drive(17, true)
  button.start()
  const kitchen = lamp.start()
  await Promise.all([isOnline(button.device), isOnline(lamp.device)])

  const { user } = await admin.call<{ user: string }>('users', 'create', {
    ...{ email: 'ann@example.org', password: 'correct horse battery', role: 'user' },
  })
  await admin.call('people', 'add', { email: 'ann@example.org', role: 'resident' })
  const { token } = await admin.call<{ token: string }>('users', 'token', { email: 'ann@example.org', name: 'button' })
  const env = {
    ...{ ...process.env, HUB: `mqtt://127.0.0.1:${hub.ports.plain}`, USER: user, TOKEN: token },
    ...{ BUTTON: button.device, LAMP: lamp.device },
  }
  let said = ''
  const program = keep(
    spawn(process.execPath, ['--input-type=module', '--eval', script()], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  program.stdout?.on('data', (text) => {
    said += String(text)
  })
  await eventually(() => said.includes('ready'), LONG_MS)

  expect(lamp.pins.level(22)).toBe(false)
  const released = async () => {
    const type = 'button_released'
    return (await admin.call<{ events: unknown[] }>('events', 'list', { event_type: type })).events.length
  }
  button.pins.drive(17, false)
  await eventually(() => lamp.pins.level(22) === true, LONG_MS)
  await eventually(() => said.includes('Kitchen: lamp is on'), LONG_MS)
  button.pins.drive(17, true)
  await eventually(async () => (await released()) === 1, LONG_MS)
  button.pins.drive(17, false)
  await eventually(() => lamp.pins.level(22) === false, LONG_MS)
  button.pins.drive(17, true)

  // What was given while it is away is done when it is back, once.
  const ended = new Promise((resolve) => kitchen.once('exit', resolve))
  kitchen.kill('SIGTERM')
  await ended
  const shown = () => admin.call<{ device: { status: string } }>('devices', 'show', { device: lamp.device })
  await eventually(async () => (await shown()).device.status === 'offline', LONG_MS)
  const on = { device: 'Kitchen', output: 'lamp', state: 'on', within: '5min' }
  expect(await admin.call('devices', 'switch', on)).toMatchObject({ state: 'pending' })
  await admin.call('devices', 'configure', { device: 'Kitchen', heartbeat_s: 60 })
  const again = lamp.start()
  await eventually(() => lamp.pins.level(22) === true, LONG_MS)
  await eventually(async () => {
    const { settings } = await admin.call<{ settings: object[] }>('devices', 'show', { device: 'Kitchen' })
    return JSON.stringify(settings) === JSON.stringify([{ setting: 'heartbeat_s', wanted: '60', says: 'taken' }])
  }, LONG_MS)

  // An agent that systemd runs ends when it is to restart, after it said so.
  const restarted = new Promise((resolve) => again.once('exit', resolve))
  expect(await admin.call('devices', 'restart', { device: 'Kitchen' })).toMatchObject({ state: 'completed' })
  expect(await restarted).toBe(0)
  const { commands } = await admin.call<{ commands: { state: string }[] }>('devices', 'commands', { device: 'Kitchen' })
  expect(commands.map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'completed'))
}, 300_000)
