import { join } from 'node:path'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { birth as birthMessage } from '../../shared/messages/birth.ts'
import { openDatabase } from '../../shared/sqlite/open.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { ALL_DEVICES, LAMP } from '../hub/dialects/zigbee2mqtt/devices.ts'

const CONFIG = 'log = "error"\n'

/** Subscriptions of Home Assistant: mqtt/discovery.py, `async_start`; and its birth message: mqtt/const.py, `DEFAULT_BIRTH`. */
const DISCOVERY = ['homeassistant/+/+/config', 'homeassistant/+/+/+/config']
const BIRTH = { topic: 'homeassistant/status', payload: 'online' }

interface Component {
  platform: string
  state_topic?: string
  command_topic?: string
  payload_off?: string
  unique_id?: string
}

/** A Home Assistant as far as this goes: what it discovered, with what it removes, and the newest message of each topic. */
class HomeAssistant {
  readonly client: MqttClient
  readonly discovered = new Map<string, Record<string, Component>>()
  readonly seen = new Map<string, string>()
  readonly emptied: string[] = []

  constructor(client: MqttClient) {
    this.client = client
    client.on('message', (topic, payload) => {
      this.seen.set(topic, String(payload))
      if (!topic.endsWith('/config')) return
      if (payload.length === 0) {
        this.emptied.push(topic)
        this.discovered.delete(topic)
        return
      }
      const { components } = JSON.parse(String(payload)) as { components: Record<string, Component> }
      // One with nothing but its platform is removed.
      const parts = Object.entries(components).filter(([, part]) => Object.keys(part).length > 1)
      this.discovered.set(topic, Object.fromEntries(parts))
    })
  }

  async come(): Promise<void> {
    await this.client.subscribeAsync(DISCOVERY, { qos: 0 })
    await this.client.subscribeAsync('lares/+/state/+', { qos: 1 })
    await this.client.publishAsync(BIRTH.topic, BIRTH.payload, { qos: 0, retain: false })
  }

  of(device: string): Record<string, Component> | undefined {
    return [...this.discovered].find(([topic]) => topic.endsWith(`/${device}/config`))?.[1]
  }
}

describe('a Home Assistant that logs in at the hub’s own broker', () => {
  const data = makeDataFolder()
  const clients: MqttClient[] = []
  let hub: HubProcess
  let admin: LocalAdmin
  let pi: { device: string; secret: string }
  let token: { user: string; token: string }
  let ha: HomeAssistant
  let bridge: MqttClient
  let agent: MqttClient
  const told: string[] = []

  async function client(options: IClientOptions): Promise<MqttClient> {
    const address = `mqtt://127.0.0.1:${hub.ports.plain}`
    const opened = await connectAsync(address, { reconnectPeriod: 0, protocolVersion: 4, ...options })
    opened.on('error', () => {})
    clients.push(opened)
    return opened
  }

  async function account(name: string, house: string, role: string) {
    const email = `${name}@example.com`
    await admin.call('users', 'create', { email, password: 'a long password for tests' })
    await admin.call('people', 'add', { email, house, role })
    return admin.call<{ user: string; token: string }>('users', 'token', { email, name: 'ha', integration: true })
  }

  async function homeAssistant({ user: username, token: password }: { user: string; token: string }) {
    const home = new HomeAssistant(await client({ username, password }))
    await home.come()
    return home
  }

  async function kitchenPi(): Promise<void> {
    agent = await client({ username: pi.device, password: pi.secret, clientId: pi.device })
    agent.on('message', (topic, payload) => topic.endsWith('/command') && told.push(String(payload)))
    await agent.subscribeAsync(`lares/${pi.device}/command`, { qos: 1 })
    const sensors = [
      { key: 'temp', kind: 'temperature', unit: '°C', name: 'Air' },
      { key: 'lamp', kind: 'switch', unit: '', name: 'Lamp' },
    ]
    const birth = { ...birthMessage.sample, sensors, capabilities: ['buttons', 'button:talk'] }
    await agent.publishAsync(`lares/${pi.device}/birth`, JSON.stringify(birth), { qos: 1 })
    const items = [{ sensor: 'temp', value: 21.5 }]
    await agent.publishAsync(`lares/${pi.device}/readings`, JSON.stringify({ items }), { qos: 1 })
  }

  beforeAll(async () => {
    hub = await startHub({ ...data, config: CONFIG })
    admin = await LocalAdmin.open(hub.ports.socket)
    await admin.call('houses', 'create', { name: 'Cottage' })
    pi = await admin.call('devices', 'create', { name: 'Kitchen', house: 'Home' })
    token = await account('anna', 'Home', 'resident')
    await kitchenPi()
    const access = await admin.call<{ user: string; password: string }>('bridges', 'add', {
      ...{ kind: 'zigbee2mqtt', house: 'Home' },
    })
    bridge = await client({ username: access.user, password: access.password })
    bridge.on('message', (topic, payload) => topic.endsWith('/set') && told.push(String(payload)))
    await bridge.subscribeAsync('zigbee2mqtt/#')
    await bridge.publishAsync('zigbee2mqtt/bridge/state', '{"state":"online"}', { retain: true, qos: 1 })
    await bridge.publishAsync('zigbee2mqtt/bridge/devices', JSON.stringify(ALL_DEVICES), { retain: true, qos: 1 })
    await eventually(async () => JSON.stringify(await admin.call('makers', 'list', {})).includes(LAMP.friendly_name))
    await admin.call('makers', 'accept', { maker: LAMP.friendly_name })
    ha = await homeAssistant(token)
  }, 120_000)

  afterAll(async () => {
    for (const one of clients) one.end(true)
    admin.close()
    await hub.stop()
    data.remove()
  }, 60_000)

  const lampId = async () =>
    (await admin.call<{ devices: { name: string; id: string }[] }>('devices', 'list', {})).devices.find(
      ({ name }) => name === LAMP.friendly_name,
    )?.id ?? ''

  it('discovers the devices of its person’s house with their states', async () => {
    await eventually(async () => ha.of(pi.device)?.sensor_temp !== undefined)
    const air = ha.of(pi.device)?.sensor_temp
    await eventually(async () => (ha.seen.get(air?.state_topic ?? '') ?? '').includes('"value":21.5'))
    expect(Object.keys(ha.of(pi.device) ?? {})).toEqual(
      expect.arrayContaining(['switch_lamp', 'trigger-talk-button_short_press', 'binary_sensor-problem']),
    )
    const lamp = await lampId()
    await eventually(async () => Object.values(ha.of(lamp) ?? {}).some(({ platform }) => platform === 'light'))
  }, 120_000)

  it('tells devices what to do with the rights of its person, who stands in the audit', async () => {
    const { command_topic = '', payload_off = '' } = ha.of(pi.device)?.switch_lamp ?? {}
    await ha.client.publishAsync(command_topic, payload_off, { qos: 0 })
    await eventually(async () => told.some((one) => one.includes('"output":"lamp"') && one.includes('"off"')))
    const lamp = await lampId()
    const light = Object.values(ha.of(lamp) ?? {}).find(({ platform }) => platform === 'light')
    await ha.client.publishAsync(light?.command_topic ?? '', '40%', { qos: 1 })
    await eventually(async () => told.some((one) => one.includes('brightness')))
    const { events } = await admin.call<{ events: { user: string | null }[] }>('events', 'list', {
      ...{ event_type: 'device_commanded', limit: 10 },
    })
    expect(events.length).toBeGreaterThanOrEqual(2)
    expect(JSON.stringify(events)).toContain(token.user)
  }, 120_000)

  it('is refused what is no order, and stays', async () => {
    const { command_topic = '' } = ha.of(pi.device)?.switch_lamp ?? {}
    const answers: { status: string }[] = []
    ha.client.on('message', (topic, payload) => {
      if (topic.startsWith('lares/admin/response/')) answers.push(JSON.parse(String(payload)))
    })
    await ha.client.subscribeAsync(`lares/admin/response/${ha.client.options.clientId}/#`, { qos: 1 }).catch(() => {})
    const before = told.length
    for (const payload of ['nonsense', '', '{"state":"ON"}', 'x'.repeat(2_000)])
      await ha.client.publishAsync(command_topic, payload, { qos: 1 })
    await ha.client.publishAsync('lares/nobody/set/lamp', 'on', { qos: 1 })
    await ha.client.publishAsync(command_topic, 'on', { qos: 1, retain: true })
    await ha.client.publishAsync(command_topic, 'toggle', { qos: 1 })
    await eventually(async () => told.length > before)
    expect(told.slice(before)).toHaveLength(1)
    expect(ha.client.connected).toBe(true)
  }, 120_000)

  it('shows and does nothing of a house that its person does not belong to, and cannot announce for it', async () => {
    const paul = await homeAssistant(await account('paul', 'Cottage', 'owner'))
    const { command_topic = '' } = ha.of(pi.device)?.switch_lamp ?? {}
    const [topic = ''] = [...ha.discovered.keys()]
    const before = told.length
    await paul.client.publishAsync(command_topic, 'on', { qos: 1 })
    await paul.client.publishAsync(topic, '', { qos: 1, retain: true })
    await ha.client.publishAsync(topic, '', { qos: 1, retain: true })
    await ha.client.publishAsync(command_topic, 'toggle', { qos: 1 })
    await eventually(async () => told.length > before)
    expect(told).toHaveLength(before + 1)
    expect([...paul.discovered.keys()]).toEqual([])
    const again = await homeAssistant(token)
    await eventually(async () => again.discovered.has(topic))
    await again.client.endAsync()
  }, 120_000)

  it('is told what is gone, also when the hub was killed as it went', async () => {
    const lamp = await lampId()
    const gone = [...ha.discovered.keys()].find((topic) => topic.includes(lamp))
    const stays = [...ha.discovered.keys()].find((topic) => topic.includes(pi.device))
    await admin.call('devices', 'revoke', { device: lamp })
    await eventually(async () => ha.of(lamp) === undefined)
    await hub.kill()
    admin.close()
    hub = await startHub({ ...data, config: CONFIG })
    admin = await LocalAdmin.open(hub.ports.socket)
    ha = await homeAssistant(token)
    await eventually(async () => ha.emptied.includes(gone ?? '?') && ha.discovered.has(stays ?? '?'))
    expect(ha.of(lamp)).toBeUndefined()
    const late = await homeAssistant(token)
    await eventually(async () => late.discovered.has(stays ?? '?'))
    expect([...late.discovered.keys()].some((topic) => topic.includes(lamp))).toBe(false)
    // It is made of the tables at each start, and costs the card nothing.
    const db = openDatabase({ file: join(data.folder, 'hub.db'), readonly: true })
    const kept = db
      .prepare("SELECT count(*) FROM broker_retained WHERE topic LIKE 'homeassistant/device/lares%'")
      .pluck()
    expect(kept.get()).toBe(0)
    db.close()
  }, 120_000)
})
