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

  it('hears events as a resident and not as a guest, and the change shows at once', async () => {
    const email = 'kim@example.org'
    await admin.call('users', 'create', { email, password: 'long enough to be one' })
    const login = await admin.call<Login>('users', 'token', { email, name: 'phone' })
    const listening = async (role: 'guest' | 'resident') => {
      await admin.call('people', 'add', { email, role })
      const client = await connected(login.user, login.token, 'phone')
      const watch = watched(client)
      await client.subscribeAsync(['lares/+/event', 'lares/+/state/#'], { qos: 1 })
      const bell = await connected(device.device, device.secret, device.device)
      const event = JSON.stringify({ type: 'button_pressed', severity: 'warning' })
      await bell.publishAsync(`lares/${device.device}/event`, event, { qos: 1 })
      await eventually(() => watch.topics.has(state()))
      // What was published before this is answered has been delivered, or is not.
      await client.subscribeAsync('lares/hub/health', { qos: 1 })
      await eventually(() => watch.topics.has('lares/hub/health'))
      return watch
    }
    const event = `lares/${device.device}/event`
    const guest = await listening('guest')
    expect(guest.topics.has(event)).toBe(false)
    await admin.call('people', 'remove', { email })
    await within(30_000, guest.closed)
    const resident = await listening('resident')
    await eventually(() => resident.topics.has(event))
  }, 120_000)

  it('and a program are named in the audit with their address, and the program does what its token says', async () => {
    const bot = await admin.call<{ program: string; token: string }>('programs', 'create', {
      name: 'bot',
      rights: 'readings:read',
    })
    const client = await connected(bot.program, bot.token, 'bot')
    const ask = async (area: string, verb: string, params: object) => {
      const answer = `lares/admin/response/bot/${area}/${verb}`
      const come = new Promise<string>((resolve) =>
        client.on('message', (topic, payload) => topic === answer && resolve(payload.toString())),
      )
      await client.subscribeAsync(answer, { qos: 1 })
      const request = JSON.stringify({ id: `${area}-${verb}`, params })
      await client.publishAsync(`lares/admin/request/${area}/${verb}`, request, { qos: 1 })
      return JSON.parse(await within(30_000, come)) as { status: string; error?: { code: string } }
    }
    expect(await ask('readings', 'latest', {})).toMatchObject({ status: 'ok' })
    const rename = { device: device.device, name: 'Mine' }
    expect(await ask('devices', 'rename', rename)).toMatchObject({ status: 'error', error: { code: 'forbidden' } })
    await admin.call('devices', 'rename', { device: device.device, name: 'Garden' })
    const { events } = await admin.call<{ events: { by: string; context: object }[] }>('events', 'list', { all: true })
    expect(events).toContainEqual(
      expect.objectContaining({
        event_type: 'api_call',
        by: 'bot@programs from 127.0.0.1',
        context: {
          caller: {
            ...{ kind: 'program', user: bot.program, client: 'bot', address: '127.0.0.1' },
            ...{ token: expect.stringMatching(/^[0-9a-f-]{36}$/), session: expect.stringMatching(/^[0-9a-f-]{36}$/) },
          },
        },
      }),
    )
    expect(events).toContainEqual(expect.objectContaining({ event_type: 'device_renamed', by: 'local' }))
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

describe('a device that moves to another house', () => {
  it('is seen by the people of that house at once, and by nobody of the other one any more', async () => {
    await admin.call('houses', 'create', { name: 'Cottage' })
    const made = await admin.call<{ device: string; secret: string }>('devices', 'create', {
      ...{ name: 'Boat', house: 'Home' },
    })
    const boat = await connected(made.device, made.secret, made.device)
    const tell = (value: number) => {
      const items = [{ sensor: 'bilge', value, kind: 'humidity' }]
      return boat.publishAsync(`lares/${made.device}/readings`, JSON.stringify({ items }), { qos: 1 })
    }
    await tell(10)
    const topic = `lares/${made.device}/state/bilge`
    const memberOf = async (name: string, house: string) => {
      const email = `${name}@example.org`
      await admin.call('users', 'create', { email, password: 'long enough to be one' })
      await admin.call('people', 'add', { email, house })
      return admin.call<Login>('users', 'token', { email, name: 'phone' })
    }
    /** Everything that comes from the first answer on, and whether all that was retained has come. */
    const looking = async ({ user, token }: Login) => {
      const client = await connected(user, token, 'looker')
      const watch = watched(client)
      await client.subscribeAsync('lares/+/state/#', { qos: 1 })
      await client.subscribeAsync('lares/hub/health', { qos: 1 })
      await eventually(() => watch.topics.has('lares/hub/health'))
      return watch
    }
    const [ann, ben] = [await memberOf('ann', 'Home'), await memberOf('ben', 'Cottage')]
    const [before, notYet] = [await looking(ann), await looking(ben)]
    await eventually(() => before.topics.has(topic))
    expect(notYet.topics.has(topic)).toBe(false)

    await admin.call('devices', 'move', { device: made.device, house: 'Cottage' })
    await within(30_000, Promise.all([before.closed, notYet.closed]))
    const [after, now] = [await looking(ann), await looking(ben)]
    await eventually(() => now.topics.has(topic))
    now.topics.clear()
    await tell(11)
    await eventually(() => now.topics.has(topic))
    expect(after.topics.has(topic)).toBe(false)
    expect(boat.connected).toBe(true)
  }, 120_000)
})

describe('a house that is taken away', () => {
  it('shuts out its devices and its people at once, and leaves nothing on their topics', async () => {
    await admin.call('houses', 'create', { name: 'Barn' })
    const made = await admin.call<{ device: string; secret: string }>('devices', 'create', {
      name: 'Cow',
      house: 'Barn',
    })
    const cow = await connected(made.device, made.secret, made.device)
    await cow.publishAsync(`lares/${made.device}/readings`, '{"items":[{"sensor":"milk","value":3}]}', { qos: 1 })
    const email = 'eve@example.org'
    await admin.call('users', 'create', { email, password: 'long enough to be one' })
    await admin.call('people', 'add', { email, house: 'Barn' })
    const login = await admin.call<Login>('users', 'token', { email, name: 'phone' })
    const eve = await connected(login.user, login.token, 'eve')
    const ends = [watched(cow).closed, watched(eve).closed]
    expect(await admin.call('houses', 'remove', { house: 'Barn' })).toMatchObject({ name: 'Barn', devices: 1 })
    await within(30_000, Promise.all(ends))
    await expect(connected(made.device, made.secret, made.device)).rejects.toThrow()

    await admin.call('users', 'create', { email: 'root@example.org', password: 'long enough to be one', role: 'admin' })
    const root = await admin.call<Login>('users', 'token', { email: 'root@example.org', name: 'phone' })
    const looker = await connected(root.user, root.token, 'root')
    const { topics } = watched(looker)
    await looker.subscribeAsync(['lares/+/status', 'lares/+/state/#'], { qos: 1 })
    await looker.subscribeAsync('lares/hub/health', { qos: 1 })
    await eventually(() => topics.has('lares/hub/health'))
    expect([...topics].filter((topic) => topic.includes(made.device))).toEqual([])
    expect(topics.has(state())).toBe(true)
    await expect(admin.call('houses', 'show', { house: 'Barn' })).rejects.toThrow(/no house Barn/)
    await eventually(async () => {
      const { devices } = await admin.call<{ devices: { id: string }[] }>('devices', 'list', { all: true })
      return devices.every(({ id }) => id !== made.device)
    })
  }, 120_000)
})
