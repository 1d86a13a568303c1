import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { birth as birthMessage } from '../../shared/messages/birth.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { Mosquitto, noMosquitto } from '../hub/makers/mosquitto.ts'

/** What a broker keeps, as whoever comes to it sees it, and what it tells later. */
class Kept {
  readonly client: MqttClient
  readonly topics = new Map<string, string>()

  private constructor(client: MqttClient) {
    this.client = client
    client.on('message', (topic, payload) => {
      if (payload.length === 0) this.topics.delete(topic)
      else this.topics.set(topic, String(payload))
    })
  }

  static async at(broker: Mosquitto): Promise<Kept> {
    const kept = new Kept(await broker.client())
    await kept.client.subscribeAsync('#', { qos: 1 })
    return kept
  }

  ofDevice(device: string): string[] {
    return [...this.topics.keys()].filter((topic) => topic.includes(device) && !topic.includes('/set/'))
  }

  config(device: string) {
    const [, text = 'null'] = [...this.topics].find(([topic]) => topic.endsWith(`/${device}/config`)) ?? []
    return JSON.parse(text) as { availability: { topic: string }[]; components: Record<string, object> } | null
  }
}

describe.skipIf(noMosquitto !== null)('a house that is shown at a broker of somebody else', () => {
  const data = makeDataFolder()
  const password = join(data.scratch, 'home.password')
  let broker: Mosquitto
  let hub: HubProcess
  let admin: LocalAdmin
  let home: Kept
  let kitchen: { device: string; secret: string }
  let cellar: { device: string; secret: string }
  const clients: MqttClient[] = []
  const told: string[] = []
  let program: string

  const config = (more = '') =>
    `log = "error"\n[homeassistant.brokers.home]\nurl = "${broker.url}"\nuser = "lares"\nsecret_file = "${password}"\nprogram = "homeassistant"\nprefix = "ha"\n${more}`

  async function begin(text: string): Promise<void> {
    hub = await startHub({ ...data, config: text })
    admin = await LocalAdmin.open(hub.ports.socket)
  }

  async function end(how: 'stop' | 'kill'): Promise<void> {
    admin.close()
    await hub[how]()
  }

  async function agent({ device, secret }: { device: string; secret: string }): Promise<void> {
    const options = {
      username: device,
      password: secret,
      clientId: device,
      reconnectPeriod: 0,
      protocolVersion: 4 as const,
    }
    const opened = await connectAsync(`mqtt://127.0.0.1:${hub.ports.plain}`, options)
    clients.push(opened)
    opened.on('error', () => {})
    opened.on('message', (topic, payload) => topic.endsWith('/command') && told.push(String(payload)))
    await opened.subscribeAsync(`lares/${device}/command`, { qos: 1 })
    const sensors = [
      { key: 'temp', kind: 'temperature', unit: '°C', name: 'Air' },
      { key: 'lamp', kind: 'switch', unit: '', name: 'Lamp' },
    ]
    const birth = { ...birthMessage.sample, sensors, connects: clients.length }
    await opened.publishAsync(`lares/${device}/birth`, JSON.stringify(birth), { qos: 1 })
    const items = [{ sensor: 'temp', value: 21.5 }]
    await opened.publishAsync(`lares/${device}/readings`, JSON.stringify({ items }), { qos: 1 })
  }

  const problems = async () => JSON.stringify(await admin.call('hub', 'status', {}))

  beforeAll(async () => {
    broker = await Mosquitto.start({ name: 'lares', password: 'a password' })
    writeFileSync(password, 'a password\n', { mode: 0o600 })
    await begin(config())
    home = await Kept.at(broker)
    kitchen = await admin.call('devices', 'create', { name: 'Kitchen' })
    cellar = await admin.call('devices', 'create', { name: 'Cellar' })
    await agent(kitchen)
    await agent(cellar)
  }, 120_000)

  afterAll(async () => {
    for (const one of clients) one.end(true)
    home.client.end(true)
    await end('stop')
    await broker.remove()
    data.remove()
  }, 60_000)

  it('shows nothing as long as its program may not log in, and says so', async () => {
    await eventually(async () => (await problems()).includes('homeassistant_program_refused'))
    expect(home.ofDevice(kitchen.device)).toEqual([])
    const made = { name: 'homeassistant', rights: 'read,entities:control' }
    program = (await admin.call<{ program: string }>('programs', 'create', made)).program
    await eventually(async () => home.config(kitchen.device) !== null && home.config(cellar.device) !== null)
    await eventually(async () => !(await problems()).includes('homeassistant_program_refused'))
  }, 120_000)

  it('shows each device with its states, and by whether the hub is there', async () => {
    const state = `lares/${kitchen.device}/state/temp`
    await eventually(async () => (home.topics.get(state) ?? '').includes('21.5'))
    const [link, status] = home.config(kitchen.device)?.availability ?? []
    expect(status?.topic).toBe(`lares/${kitchen.device}/status`)
    await eventually(async () => home.topics.get(link?.topic ?? '') === 'online')
    expect([...home.topics.keys()].filter((topic) => topic.endsWith('/config'))).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ha\/device\/lares_/)]),
    )
  }, 120_000)

  it('is told there what to do, with the rights of its program', async () => {
    await home.client.publishAsync(`lares/${kitchen.device}/set/lamp`, 'on', { qos: 1 })
    await eventually(async () => told.some((one) => one.includes('"lamp"')))
    const before = told.length
    await home.client.publishAsync(`lares/${kitchen.device}/set/lamp`, 'nonsense', { qos: 1 })
    await home.client.publishAsync('lares/admin/request/devices/revoke', '{"id":"x","params":{"device":"kitchen"}}', {
      qos: 1,
    })
    await home.client.publishAsync(`lares/${cellar.device}/set/lamp`, 'off', { qos: 1 })
    await eventually(async () => told.length > before)
    expect(told).toHaveLength(before + 1)
    const events = JSON.stringify(await admin.call('events', 'list', { event_type: 'device_commanded', limit: 10 }))
    expect(events).toContain(program)
  }, 120_000)

  it('takes back what is gone, also what went as the hub was killed, and what it does not know any more', async () => {
    const [topic = ''] = [...home.topics.keys()].filter((one) => one.endsWith(`/${cellar.device}/config`))
    await admin.call('devices', 'revoke', { device: cellar.device })
    await end('kill')
    const link = home.config(kitchen.device)?.availability[0]?.topic ?? ''
    await eventually(async () => home.topics.get(link) === 'offline')
    // Of a backup that is older than this device.
    const ghost = topic.replace(cellar.device, 'ghost-pi')
    const left = {
      components: { x: { state_topic: 'lares/ghost-pi/state/x' }, y: { state_topic: 'elsewhere/state/x' } },
    }
    await home.client.publishAsync(ghost, JSON.stringify(left), { qos: 1, retain: true })
    await home.client.publishAsync('lares/ghost-pi/state/x', '1', { qos: 1, retain: true })
    await home.client.publishAsync('elsewhere/state/x', '1', { qos: 1, retain: true })
    await begin(config())
    await agent(kitchen)
    await eventually(async () => home.topics.get(link) === 'online')
    await eventually(async () => home.ofDevice(cellar.device).length === 0)
    await eventually(async () => home.ofDevice('ghost-pi').length === 0)
    expect(home.topics.get('elsewhere/state/x')).toBe('1')
    const fresh = await Kept.at(broker)
    await eventually(async () => fresh.config(kitchen.device) !== null)
    expect([...fresh.ofDevice(cellar.device), ...fresh.ofDevice('ghost-pi')]).toEqual([])
    fresh.client.end(true)
  }, 120_000)

  it('has nothing left there of a device that is erased', async () => {
    const attic = await admin.call<{ device: string; secret: string }>('devices', 'create', { name: 'Attic' })
    await agent(attic)
    await eventually(async () => home.ofDevice(attic.device).some((topic) => topic.endsWith('/state/temp')))
    await eventually(async () => home.config(attic.device) !== null)
    await admin.call('devices', 'erase', { device: attic.device })
    await eventually(async () => home.ofDevice(attic.device).length === 0)
  }, 120_000)

  it('is shown again at a broker that forgot everything, and to a Home Assistant that comes', async () => {
    home.client.end(true)
    await broker.stop()
    await broker.start()
    home = await Kept.at(broker)
    await eventually(async () => home.config(kitchen.device) !== null)
    await eventually(async () => home.ofDevice(kitchen.device).some((topic) => topic.endsWith('/state/temp')))
    home.topics.clear()
    await home.client.publishAsync('ha/status', 'online')
    await eventually(async () => home.config(kitchen.device) !== null)
  }, 120_000)

  it('is taken back as a whole when it is announced no more, or named when its broker is not', async () => {
    await end('stop')
    const link = home.config(kitchen.device)?.availability[0]?.topic ?? ''
    await eventually(async () => home.topics.get(link) === 'offline')
    await begin('log = "error"\n')
    await eventually(async () => (await problems()).includes('homeassistant_left_behind'))
    await end('stop')
    await begin(config('announce = false\n'))
    await eventually(async () => home.ofDevice(kitchen.device).length === 0)
    await eventually(async () => {
      const { places } = await admin.call<{ places: { place: string }[] }>('homeassistant', 'list', {})
      return !places.some(({ place }) => place === broker.url)
    })
    const fresh = await Kept.at(broker)
    await fresh.client.publishAsync('marker', 'here', { qos: 1 })
    await eventually(async () => fresh.topics.has('marker'))
    expect([...fresh.topics.keys()].filter((topic) => topic.startsWith('lares/') || topic.startsWith('ha/'))).toEqual(
      [],
    )
    fresh.client.end(true)
  }, 120_000)
})
