import { type EventEmitter, once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually, within } from '../faults/lib/fleet.ts'

interface Login {
  user: string
  token: string
}

const data = makeDataFolder()
let hub: HubProcess
let admin: LocalAdmin
let device: { device: string; secret: string }
const open: MqttClient[] = []

beforeAll(async () => {
  hub = await startHub(data)
  admin = await LocalAdmin.open(hub.ports.socket)
  device = await admin.call('devices', 'create', { name: 'Garden' })
  const client = await connected(device.device, device.secret, device.device)
  const items = [{ sensor: 'soil', value: 41.5, kind: 'humidity' }]
  await client.publishAsync(`lares/${device.device}/readings`, JSON.stringify({ items }), { qos: 1 })
}, 120_000)

afterAll(async () => {
  for (const client of open) client.end(true)
  admin.close()
  await hub.stop()
  data.remove()
}, 60_000)

async function connected(username: string, password: string, clientId: string): Promise<MqttClient> {
  const socket = () => connectTcp(hub.ports.plain, '127.0.0.1')
  const client = new MqttClient(socket, { username, password, clientId, protocolVersion: 4, reconnectPeriod: 0 })
  client.on('error', () => undefined)
  open.push(client)
  await within(30_000, once(client as never as EventEmitter, 'connect'))
  return client
}

/** Topics of what comes, and the client's end. */
function watched(client: MqttClient): { topics: Set<string>; closed: Promise<unknown> } {
  const topics = new Set<string>()
  client.on('message', (topic) => topics.add(topic))
  return { topics, closed: once(client as never as EventEmitter, 'close') }
}

const state = () => `lares/${device.device}/state/soil`

describe('a person', () => {
  it('gains and loses a house at once, also while connected', async () => {
    await admin.call('users', 'create', { email: 'paul@example.org', password: 'long enough to be one' })
    const login = await admin.call<Login>('users', 'token', { email: 'paul@example.org', name: 'phone' })
    const subscribed = async () => {
      const client = await connected(login.user, login.token, 'phone')
      const watch = watched(client)
      await client.subscribeAsync('lares/+/state/#', { qos: 1 })
      return { client, ...watch }
    }
    const before = await subscribed()
    await admin.call('people', 'add', { email: 'paul@example.org' })
    await within(30_000, before.closed)
    expect([...before.topics]).toEqual([])
    const member = await subscribed()
    await eventually(() => member.topics.has(state()))
    await admin.call('people', 'remove', { email: 'paul@example.org' })
    await within(30_000, member.closed)
    const after = await subscribed()
    // What is retained comes with the answer to a subscription: this one is answered after it.
    await after.client.subscribeAsync('lares/hub/health', { qos: 1 })
    await eventually(() => after.topics.size > 0)
    expect([...after.topics]).toEqual(['lares/hub/health'])
  }, 120_000)

  it('hears of a device that is made while they look, before it ever logs in', async () => {
    await admin.call('users', 'create', { email: 'lena@example.org', password: 'long enough to be one' })
    await admin.call('people', 'add', { email: 'lena@example.org' })
    const login = await admin.call<Login>('users', 'token', { email: 'lena@example.org', name: 'phone' })
    const client = await connected(login.user, login.token, 'lena')
    const { topics } = watched(client)
    await client.subscribeAsync('lares/+/status', { qos: 1 })
    const made = await admin.call<{ device: string }>('devices', 'create', { name: 'Attic' })
    await eventually(() => topics.has(`lares/${made.device}/status`))
  }, 120_000)

  it('whose token is revoked is shut out at once, and comes back with none', async () => {
    await admin.call('users', 'create', { email: 'mary@example.org', password: 'long enough to be one' })
    const [phone, tablet] = [
      await admin.call<Login>('users', 'token', { email: 'mary@example.org', name: 'phone' }),
      await admin.call<Login>('users', 'token', { email: 'mary@example.org', name: 'tablet' }),
    ]
    const lost = await connected(phone.user, phone.token, 'phone')
    const kept = await connected(tablet.user, tablet.token, 'tablet')
    const { tokens } = await admin.call<{ tokens: { is_connected: boolean; last_used_at: number | null }[] }>(
      'tokens',
      'list',
      {
        email: 'mary@example.org',
      },
    )
    expect(tokens).toMatchObject([{ is_connected: true, last_used_at: expect.any(Number) }, { is_connected: true }])
    const { closed } = watched(lost)
    await admin.call('tokens', 'revoke', { email: 'mary@example.org', token: 'phone' })
    await within(30_000, closed)
    await expect(connected(phone.user, phone.token, 'phone')).rejects.toThrow()
    await kept.subscribeAsync('lares/hub/info', { qos: 1 })
    expect(kept.connected).toBe(true)
  }, 120_000)
})
