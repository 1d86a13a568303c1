import { type EventEmitter, once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { birth as birthMessage } from '../../shared/messages/birth.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually, within } from '../faults/lib/fleet.ts'

interface Said {
  topic: string
  text: string
  retain: boolean
}

interface Client {
  heard: Said[]
  publish(topic: string, payload: object): Promise<unknown>
  subscribe(...filters: string[]): Promise<unknown>
  end(): void
}

describe('devices that introduce themselves to a real hub', () => {
  const data = makeDataFolder()
  let hub: HubProcess
  let admin: LocalAdmin
  const open: MqttClient[] = []

  beforeAll(async () => {
    hub = await startHub(data)
    admin = await LocalAdmin.open(hub.ports.socket)
  })
  afterAll(async () => {
    for (const client of open) client.end(true)
    admin.close()
    await hub.stop()
    data.remove()
  })

  async function connected(username: string, password: string, clientId: string): Promise<Client> {
    const client = new MqttClient(() => connectTcp(hub.ports.plain, '127.0.0.1'), {
      ...{ username, password, clientId, protocolVersion: 4, reconnectPeriod: 0, clean: true },
    })
    client.on('error', () => undefined)
    open.push(client)
    const heard: Said[] = []
    client.on('message', (topic, bytes, { retain }) => heard.push({ topic, text: bytes.toString(), retain }))
    await within(10_000, once(client as never as EventEmitter, 'connect'))
    return {
      heard,
      publish: (topic, payload) => within(10_000, client.publishAsync(topic, JSON.stringify(payload), { qos: 1 })),
      subscribe: (...filters) => within(10_000, client.subscribeAsync(filters, { qos: 1 })),
      end: () => void client.end(true),
    }
  }

  async function program(email: string, role: 'admin' | 'user'): Promise<Client> {
    await admin.call('users', 'create', { email, password: 'correct horse battery', role })
    const token = await admin.call<{ user: string; token: string }>('users', 'token', {
      ...{ email, name: 'home automation', integration: true },
    })
    return await connected(token.user, token.token, `automation-${role}`)
  }

  function birth(sensors: string[], more: object = {}): object {
    const list = sensors.map((key) => ({ key, kind: 'temperature', unit: '°C', name: key }))
    const sent = { at: Date.now(), mono: 1_000 }
    return { ...birthMessage.sample, epoch: 'e1', boot: 'b1', sent, sensors: list, ...more }
  }

  it('pass a button on to the programs of the house once, and never out of a backlog', async () => {
    const { device, secret } = await admin.call<{ device: string; secret: string }>('devices', 'create', {
      name: 'Bell',
    })
    const automation = await program('ann@example.org', 'admin')
    const stranger = await program('stranger@example.org', 'user')
    for (const reader of [automation, stranger]) await reader.subscribe('lares/+/event')
    const bell = await connected(device, secret, device)
    const topic = `lares/${device}/event`
    const press = (lane: string, seq: number) =>
      bell.publish(topic, { epoch: 'e1', lane, seq, type: 'button_pressed', data: { button: lane } })
    await press('backlog', 1)
    await press('live', 1)
    await press('live', 1)
    await press('urgent', 1)
    const ofBell = () => automation.heard.filter((said) => said.topic === topic)
    await eventually(() => ofBell().length >= 2)
    const passed = ofBell().map(({ text, retain }) => ({ ...(JSON.parse(text) as object), retain }))
    expect(passed).toMatchObject([
      { type: 'button_pressed', data: { button: 'live' }, age_ms: 0, retain: false },
      { type: 'button_pressed', data: { button: 'urgent' }, age_ms: 0, retain: false },
    ])
    // An administrator's `+` matches admin/event too: it presses no button again either.
    expect(automation.heard.filter(({ text }) => text.includes('"backlog"'))).toEqual([])
    expect(stranger.heard).toEqual([])
    bell.end()
  })

  it('leave no retained value behind of a sensor that they no longer name', async () => {
    const { device, secret } = await admin.call<{ device: string; secret: string }>('devices', 'create', {
      name: 'Attic',
    })
    const attic = await connected(device, secret, device)
    await attic.publish(`lares/${device}/birth`, birth(['hall', 'stairs']))
    const items = [
      { sensor: 'hall', value: 20 },
      { sensor: 'stairs', value: 18 },
    ]
    await attic.publish(`lares/${device}/readings`, { items })
    await attic.publish(`lares/${device}/birth`, birth(['hall'], { connects: 18 }))
    const token = await admin.call<{ user: string; token: string }>('users', 'token', {
      ...{ email: 'ann@example.org', name: 'screen', integration: true },
    })
    const screen = await connected(token.user, token.token, 'screen')
    await screen.subscribe(`lares/${device}/state/#`)
    await eventually(() => screen.heard.length > 0)
    expect(screen.heard.map(({ topic }) => topic)).toEqual([`lares/${device}/state/hall`])
    attic.end()
  })

  it('are told when another machine uses their identity', async () => {
    const { device, secret } = await admin.call<{ device: string; secret: string }>('devices', 'create', {
      name: 'Twin',
    })
    let last: Client | null = null
    for (const [boot, connects] of [
      ['aaaa', 1],
      ['bbbb', 1],
      ['aaaa', 2],
    ] as const) {
      last = await connected(device, secret, device)
      await last.subscribe(`lares/${device}/rejected`)
      await last.publish(`lares/${device}/birth`, birth([], { boot, connects }))
    }
    await eventually(() => (last?.heard.length ?? 0) > 0)
    expect(JSON.parse(last?.heard[0]?.text ?? '')).toMatchObject({
      code: 'identity_shared',
      reason: expect.stringMatching(/127\.0\.0\.1 \(boot aaaa.*127\.0\.0\.1 \(boot bbbb/),
    })
    const { device: shown } = await admin.call<{ device: object }>('devices', 'show', { device })
    expect(shown).toMatchObject({ status: 'error', status_reason: 'identity_shared' })
    last?.end()
  })
})
