import { connect, connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { ALL_DEVICES, LAMP } from '../hub/dialects/zigbee2mqtt/devices.ts'

const CONFIG = 'log = "error"\n'

interface Access {
  user: string
  password: string
}

describe('a house whose Zigbee2MQTT logs in at the hub’s own broker', () => {
  const data = makeDataFolder()
  let hub: HubProcess
  let admin: LocalAdmin
  let access: Access
  let bridge: MqttClient
  const told: string[] = []

  beforeAll(async () => {
    hub = await startHub({ ...data, config: CONFIG })
    admin = await LocalAdmin.open(hub.ports.socket)
    await admin.call('houses', 'create', { name: 'Cottage' })
    access = await admin.call<Access>('bridges', 'add', { kind: 'zigbee2mqtt', house: 'Home' })
    bridge = await zigbee2mqtt()
  }, 120_000)

  afterAll(async () => {
    for (const client of clients) client.end(true)
    admin.close()
    await hub.stop()
    data.remove()
  }, 60_000)

  const clients: MqttClient[] = []
  async function client(options: IClientOptions): Promise<MqttClient> {
    const opened = await connectAsync(`mqtt://127.0.0.1:${hub.ports.plain}`, {
      reconnectPeriod: 0,
      protocolVersion: 4,
      ...options,
    })
    opened.on('error', () => {})
    clients.push(opened)
    return opened
  }

  /** A Zigbee2MQTT: it retains what Zigbee2MQTT retains, and leaves its will. */
  async function zigbee2mqtt(): Promise<MqttClient> {
    const will = {
      topic: 'zigbee2mqtt/bridge/state',
      payload: Buffer.from('{"state":"offline"}'),
      retain: true,
      qos: 1 as const,
    }
    const { user: username, password } = access
    const opened = await client({ username, password, will })
    opened.on('message', (topic, payload) => topic.endsWith('/set') && told.push(`${topic} ${String(payload)}`))
    await opened.subscribeAsync('zigbee2mqtt/#')
    await opened.publishAsync('zigbee2mqtt/bridge/state', '{"state":"online"}', { retain: true, qos: 1 })
    await opened.publishAsync('zigbee2mqtt/bridge/devices', JSON.stringify(ALL_DEVICES), { retain: true, qos: 1 })
    await opened.publishAsync(`zigbee2mqtt/${LAMP.friendly_name}`, '{"state":"ON"}', { retain: true, qos: 1 })
    return opened
  }

  const lamp = async () => {
    const params = { device: LAMP.friendly_name }
    const { entities } = await admin.call<{ entities: { entity_id: string; state: string }[] }>(
      'entities',
      'list',
      params,
    )
    return entities.find(({ entity_id }) => entity_id.startsWith('light.'))?.state
  }
  const source = async () =>
    (
      await admin.call<{ sources: { source: string; state: string; reason: string | null }[] }>('makers', 'sources')
    ).sources.find((one) => one.source === 'hub-zigbee2mqtt')
  const waiting = async () => (await admin.call<{ makers: unknown[] }>('makers', 'list', {})).makers.length
  const deviceStatus = async () =>
    (await admin.call<{ devices: { name: string; status: string }[] }>('devices', 'list', {})).devices.find(
      ({ name }) => name === LAMP.friendly_name,
    )?.status

  it('shows what it announces, takes in what a person accepts with the state it retained, and is told what to do', async () => {
    await eventually(async () => (await waiting()) === ALL_DEVICES.length)
    expect(await source()).toMatchObject({ state: 'online' })
    await admin.call('makers', 'accept', { maker: LAMP.friendly_name })
    await eventually(async () => (await lamp()) === 'on')
    const answer = admin.call<{ state: string }>('entities', 'set', { entity: LAMP.friendly_name, what: 'off' })
    await eventually(async () => told.some((one) => one.startsWith(`zigbee2mqtt/${LAMP.friendly_name}/set`)))
    await bridge.publishAsync(`zigbee2mqtt/${LAMP.friendly_name}`, '{"state":"OFF"}', { retain: true, qos: 1 })
    expect(await answer).toMatchObject({ state: 'completed' })
    await eventually(async () => (await lamp()) === 'off')
  }, 120_000)

  it('is seen by people of its house, and by nobody else', async () => {
    for (const [name, house] of [
      ['anna', 'Home'],
      ['paul', 'Cottage'],
    ] as const) {
      await admin.call('users', 'create', { email: `${name}@example.com`, password: 'a long password for tests' })
      await admin.call('people', 'add', { email: `${name}@example.com`, house, role: 'guest' })
    }
    const heard = new Map<string, string[]>()
    for (const name of ['anna', 'paul']) {
      const { user, token } = await admin.call<{ user: string; token: string }>('users', 'token', {
        email: `${name}@example.com`,
        name: 't',
      })
      const reader = await client({ username: user, password: token })
      const topics: string[] = []
      heard.set(name, topics)
      reader.on('message', (topic) => topics.push(topic))
      await reader.subscribeAsync('#')
      // Whoever may look may not tell.
      await reader.publishAsync(`zigbee2mqtt/${LAMP.friendly_name}/set`, '{"state":"TOGGLE"}', { qos: 1 })
    }
    await bridge.publishAsync('zigbee2mqtt/attic', '{"x":1}', { qos: 1 })
    await eventually(async () => heard.get('anna')?.includes('zigbee2mqtt/attic') === true)
    await eventually(async () => heard.get('anna')?.includes('zigbee2mqtt/bridge/devices') === true)
    expect(heard.get('paul')?.filter((topic) => topic.startsWith('zigbee2mqtt'))).toEqual([])
    expect(told.filter((one) => one.includes('TOGGLE'))).toEqual([])
  }, 120_000)

  it('cannot be an agent of ours, whatever it says', async () => {
    const { device, secret } = await admin.call<{ device: string; secret: string }>('devices', 'create', {
      name: 'Garden',
      house: 'Home',
    })
    const reading = { v: 1, epoch: 1, lane: 'live', seq: 1, readings: [{ key: 'temperature', value: 99, at: 1 }] }
    for (const topic of [`lares/${device}/readings`, `lares/${device}/birth`, 'lares/admin/request/devices/revoke'])
      await bridge.publishAsync(topic, JSON.stringify(reading), { qos: 1 })
    const [granted] = await bridge.subscribeAsync('lares/#').catch(() => [])
    expect(granted?.qos ?? 128).toBe(128)
    // Its client id and its secret are those of a bridge, and the device's session is not touched by them.
    const agent = await client({ username: device, password: secret, clientId: device })
    await expect(client({ username: device, password: access.password, clientId: device })).rejects.toThrow()
    await client({ username: access.user, password: access.password, clientId: device })
    expect(agent.connected).toBe(true)
    await expect(
      client({
        username: access.user,
        password: access.password,
        will: { topic: `lares/${device}/will`, payload: Buffer.from('{}'), qos: 1, retain: false },
      }),
    ).rejects.toThrow()
    const { rejected } = await admin.call<{ rejected: unknown[] }>('rejected', 'list', {})
    expect(rejected).toEqual([])
    await agent.endAsync()
  }, 120_000)

  it('gets nowhere by what it announces but to its own topics', async () => {
    const { user: username, password } = await admin.call<Access>('bridges', 'add', {
      ...{ kind: 'homeassistant', house: 'Cottage' },
    })
    const other = await client({ username, password })
    const order = JSON.stringify({ id: 'x1', params: { name: 'Made by a switch' } })
    const device = { identifiers: ['trojan'], name: 'Trojan' }
    const announced = {
      plug: { command_topic: 'lares/admin/request/houses/create', payload_on: order, payload_off: 'OFF' },
      lamp: { command_topic: `zigbee2mqtt/${LAMP.friendly_name}/set`, payload_on: '{"state":"TROJAN"}' },
      spy: { command_topic: 'homeassistant/own', state_topic: `zigbee2mqtt/${LAMP.friendly_name}` },
      own: { command_topic: 'homeassistant/own', payload_on: 'mine', availability_topic: 'homeassistant/is' },
    }
    const heard: string[] = []
    other.on('message', (_topic, payload) => heard.push(String(payload)))
    await other.subscribeAsync('homeassistant/own')
    await other.publishAsync('homeassistant/is', 'online', { qos: 1, retain: true })
    for (const [name, config] of Object.entries(announced)) {
      const said = { ...config, name, unique_id: name, device, optimistic: true }
      await other.publishAsync(`homeassistant/switch/trojan/${name}/config`, JSON.stringify(said), {
        qos: 1,
        retain: true,
      })
    }
    const entities = async () =>
      (await admin.call<{ entities: { entity_id: string; name: string }[] }>('entities', 'list', { device: 'Trojan' }))
        .entities
    await eventually(async () => JSON.stringify(await admin.call('makers', 'list', {})).includes('Trojan'))
    await admin.call('makers', 'accept', { maker: 'Trojan' })
    await eventually(async () => (await entities()).some(({ name }) => name === 'own'))
    for (const { entity_id: entity } of await entities())
      await admin.call('entities', 'set', { entity, what: 'on' }).catch(() => {})
    await eventually(async () => heard.includes('mine'))
    const { houses } = await admin.call<{ houses: { name: string }[] }>('houses', 'list')
    expect(houses.map(({ name }) => name).sort()).toEqual(['Cottage', 'Home'])
    expect(told.filter((one) => one.includes('TROJAN'))).toEqual([])
    expect((await entities()).map(({ name }) => name)).not.toContain('spy')
  }, 120_000)

  it('is away while its connection is, and after a restart of the hub it is there again', async () => {
    for (const one of clients) one.end(true)
    await eventually(async () => (await source())?.state === 'away')
    await eventually(async () => (await deviceStatus()) === 'offline')
    bridge = await zigbee2mqtt()
    await eventually(async () => (await deviceStatus()) === 'online')
    admin.close()
    await hub.stop()
    hub = await startHub({ ...data, config: CONFIG })
    admin = await LocalAdmin.open(hub.ports.socket)
    bridge = await zigbee2mqtt()
    await eventually(async () => (await source())?.state === 'online')
    await bridge.publishAsync(`zigbee2mqtt/${LAMP.friendly_name}`, '{"state":"ON"}', { retain: true, qos: 1 })
    await eventually(async () => (await lamp()) === 'on')
  }, 120_000)

  it('is shut out when it is removed, and what it retained or somebody is still owed is gone', async () => {
    const { user, token } = await admin.call<{ user: string; token: string }>('users', 'token', {
      ...{ email: 'paul@example.com', name: 'away' },
    })
    const stays = { username: user, password: token, clientId: 'stays', clean: false }
    const paul = await client(stays)
    await paul.subscribeAsync('#', { qos: 1 })
    await paul.endAsync()
    await bridge.publishAsync('zigbee2mqtt/before', 'of Home', { qos: 1 })
    await admin.call('bridges', 'remove', { bridge: 'zigbee2mqtt' })
    await eventually(async () => !bridge.connected)
    await expect(zigbee2mqtt()).rejects.toThrow()
    expect(await source()).toMatchObject({ state: 'removed' })
    access = await admin.call<Access>('bridges', 'add', { kind: 'zigbee2mqtt', house: 'Cottage' })
    const { user: username, password } = access
    const again = await client({ username, password })
    const owed: string[] = []
    const back = connect(`mqtt://127.0.0.1:${hub.ports.plain}`, { reconnectPeriod: 0, protocolVersion: 4, ...stays })
    clients.push(back)
    back.on('message', (topic) => owed.push(topic))
    await eventually(async () => back.connected)
    await again.publishAsync('zigbee2mqtt/after', 'of Cottage', { qos: 1 })
    await eventually(async () => owed.includes('zigbee2mqtt/after'))
    expect(owed.filter((topic) => topic.startsWith('zigbee2mqtt'))).toEqual(['zigbee2mqtt/after'])
    const heard: string[] = []
    again.on('message', (topic) => heard.push(topic))
    await again.subscribeAsync('zigbee2mqtt/#')
    await again.publishAsync('zigbee2mqtt/now', 'x', { qos: 1 })
    await eventually(async () => heard.includes('zigbee2mqtt/now'))
    expect(heard).toEqual(['zigbee2mqtt/now'])
  }, 120_000)
})
