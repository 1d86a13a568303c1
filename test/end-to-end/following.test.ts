import { type ChildProcess, spawn } from 'node:child_process'
import { type EventEmitter, once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually, within } from '../faults/lib/fleet.ts'
import { ROOT } from '../source-tree.ts'

interface Follower {
  child: ChildProcess
  lines: string[]
  said(): string
  /** Exit code or signal. */
  ended: Promise<number | string | null>
}

const WAIT_MS = 60_000
const data = makeDataFolder()
const followers: Follower[] = []
const clients: MqttClient[] = []
let hub: HubProcess
let garden: { device: string; secret: string }

function lares(...words: string[]): Follower {
  const program = ['--disable-warning=ExperimentalWarning', join(ROOT, 'cli/main.ts')]
  return followed(
    spawn(process.execPath, [...program, ...words, '--data', data.folder], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
}

function followed(child: ChildProcess): Follower {
  const lines: string[] = []
  let said = ''
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (text) => lines.push(text))
  child.stderr?.on('data', (chunk: Buffer) => {
    said += String(chunk)
  })
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal))
  })
  const follower = { child, lines, said: () => said, ended }
  followers.push(follower)
  return follower
}

/** Hands readings of one sensor to the hub, one message each, as the garden's device. */
async function send(...messages: object[]): Promise<void> {
  const { device: username, secret: password } = garden
  const options = { username, password, clientId: username, protocolVersion: 4, reconnectPeriod: 0 } as const
  const client = new MqttClient(() => connectTcp(hub.ports.plain, '127.0.0.1'), options)
  clients.push(client)
  client.on('error', () => undefined)
  await within(WAIT_MS, once(client as never as EventEmitter, 'connect'))
  for (const message of messages)
    await client.publishAsync(`lares/${username}/readings`, JSON.stringify(message), { qos: 1 })
  await client.endAsync()
}

const soil = (value: number, more: object = {}) => ({ sensor: 'soil', value, kind: 'humidity', unit: '%', ...more })
const parsed = <T>({ lines }: Follower) => lines.map((text) => JSON.parse(text) as T)
const values = (follower: Follower) => parsed<{ value: number }>(follower).map(({ value }) => value)

async function asking<T>(area: string, verb: string, params: object): Promise<T> {
  const admin = await LocalAdmin.open(hub.ports.socket)
  try {
    return await admin.call<T>(area, verb, params as Record<string, unknown>)
  } finally {
    admin.close()
  }
}

beforeAll(async () => {
  hub = await startHub(data)
  garden = await asking('devices', 'create', { name: 'Garden' })
  await send({ items: [soil(1)] })
}, 120_000)

afterAll(async () => {
  for (const client of clients) client.end(true)
  for (const { child } of followers) child.kill('SIGKILL')
  await hub.kill()
  data.remove()
}, 60_000)

describe('who follows a house over the death of its hub', () => {
  it('sees every event and every value once, and is told that the hub was away', async () => {
    const events = lares('events', 'follow', '--json')
    const readings = lares('readings', 'follow', 'garden', 'soil', '--json')
    await eventually(() => values(readings).includes(1), WAIT_MS)
    // Whoever follows begins with what happens next.
    await eventually(async () => {
      if (events.lines.length === 0) await asking('devices', 'create', { name: 'Probe' })
      return events.lines.length > 0
    }, WAIT_MS)
    await send({ items: [soil(2)] }, { items: [soil(3)] })
    await eventually(() => values(readings).includes(3), WAIT_MS)
    await send({ items: [soil(4)] })
    await hub.kill()
    await eventually(() => /away/.test(events.said()) && /away/.test(readings.said()), WAIT_MS)

    hub = await startHub(data)
    const kept = { epoch: 'e1', lane: 'backlog', seq: 1, boot: 'b1', sent: { at: Date.now(), mono: 9e6 } }
    await send({ items: [soil(5)] }, { items: [soil(6)] })
    // What the device kept while the hub was away comes behind what it says now.
    await send({ ...kept, items: [soil(7, { at: Date.now() - 60_000, mono: 9e6 - 60_000 })] }, { items: [soil(8)] })
    await asking('devices', 'create', { name: 'Last' })
    await eventually(() => values(readings).includes(8), WAIT_MS)
    await eventually(() => /"Last"/.test(events.lines.join()), WAIT_MS)

    const stored = await asking<{ readings: { value: number }[] }>('readings', 'received', {
      sensor: 'soil',
      limit: 100,
    })
    expect(values(readings)).toEqual(stored.readings.map(({ value }) => value))
    expect(values(readings)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const listed = await asking<{ events: { id: number; event_type: string }[] }>('events', 'list', { limit: 1_000 })
    const shown = parsed<{ id: number; type: string }>(events)
    const since = listed.events.reverse().filter(({ id }) => id >= (shown[0]?.id ?? Number.NaN))
    expect(shown.map(({ id, type }) => [id, type])).toEqual(since.map(({ id, event_type }) => [id, event_type]))
    expect(shown.map(({ type }) => type)).toContain('hub_started')
    for (const { said } of [events, readings])
      expect(said()).toMatch(/^The hub is away: .+\. Waiting for it\.\nThe hub is back after .+\.\n$/)

    readings.child.kill('SIGINT')
    expect(await within(5_000, readings.ended)).toBe(0)
    await hub.kill()
    await eventually(() => events.said().split('away').length === 3, WAIT_MS)
    events.child.kill('SIGINT')
    expect(await within(5_000, events.ended)).toBe(0)
    hub = await startHub(data)
  })

  it('is told which device it may have meant', async () => {
    await asking('devices', 'create', { name: 'Twin' })
    await asking('devices', 'create', { name: 'Twin' })
    for (const words of [['watch'], ['events', 'follow'], ['readings', 'follow']]) {
      const named = lares(...words, '--device', 'twin')
      expect([words, await within(WAIT_MS, named.ended)]).toEqual([words, 2])
      expect(named.said()).toMatch(/^2 devices are called twin: twin-\w+ .*, twin-\w+ /)
      const unknown = lares(...words, 'gardn')
      expect([words, await within(WAIT_MS, unknown.ended)]).toEqual([words, 3])
      expect(unknown.said()).toContain('Did you mean Garden?')
    }
  })

  it('may have enough of it', async () => {
    const follow = `"$0" --disable-warning=ExperimentalWarning "$1" readings follow --data "$2" --json`
    const words = [process.execPath, join(ROOT, 'cli/main.ts'), data.folder]
    const child = spawn('bash', ['-c', `set -o pipefail; ${follow} | head -n 1`, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const few = followed(child)
    await eventually(() => few.lines.length === 1, WAIT_MS)
    await send({ items: [soil(20)] })
    expect(await within(20_000, few.ended)).toBe(0)
    expect(few.said()).toBe('')
  })
})
