import { type EventEmitter, once as onceOf } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { eventually, within } from './lib/fleet.ts'

/** MQTT.js types its events too narrowly for node:events. */
const once = (emitter: unknown, event: string) => onceOf(emitter as EventEmitter, event)

/** Resolves when it is closed; how the other side ended it does not matter. */
function closing(emitter: unknown): Promise<unknown> {
  const events = emitter as EventEmitter
  events.on('error', () => undefined)
  return new Promise((resolve) => events.once('close', resolve))
}

interface Identity {
  device: string
  secret: string
}

interface Rejected {
  topic: string
  code: string
  reason: string
  raw_bytes: number
}

/** What a device may get wrong, and what the hub says of it. The connection lives in every case. */
const REJECTED: [title: string, channel: string, payload: string | Buffer, code: string][] = [
  ['truncated JSON', 'readings', '{"items":[{"sensor":"t","value":', 'bad_json'],
  ['JSON that is no object', 'readings', '[]', 'bad_message'],
  ['a value of the wrong type', 'readings', '{"items":[{"sensor":"t","value":"warm"}]}', 'bad_message'],
  ['a number beyond all numbers', 'readings', '{"items":[{"sensor":"t","value":1e999}]}', 'bad_message'],
  ['a time beyond all times', 'readings', '{"items":[{"sensor":"t","value":1,"at":1e300}]}', 'bad_message'],
  ['a NUL in an identifier', 'event', '{"type":"no\\u0000te"}', 'bad_message'],
  ['a lone surrogate in an identifier', 'event', '{"type":"\\ud800"}', 'bad_message'],
  ['a lone surrogate in a key of data', 'event', '{"type":"note","data":{"a\\ud800":1}}', 'bad_message'],
  ['bytes that are not UTF-8', 'readings', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'bad_utf8'],
  ['nothing at all', 'readings', '', 'bad_json'],
  ['more bytes than a message may have', 'readings', `{"items":[],"pad":"${'x'.repeat(70_000)}"}`, 'too_large'],
  ['a topic that nobody knows', 'weather', '{}', 'unknown_topic'],
  ["a topic that is the hub's to write", 'status', '{"status":"online"}', 'not_allowed'],
  ['a sensor name that nobody can see', 'readings', '{"items":[{"sensor":" ","value":1}]}', 'bad_message'],
]

describe('what a device gets wrong', () => {
  const data = makeDataFolder()
  let hub: HubProcess
  let admin: LocalAdmin
  let device: Identity
  let other: Identity
  let client: MqttClient

  beforeAll(async () => {
    hub = await startHub(data)
    admin = await LocalAdmin.open(hub.ports.socket)
    device = await admin.call<Identity>('devices', 'create', { name: 'clumsy' })
    other = await admin.call<Identity>('devices', 'create', { name: 'other' })
    client = await connected(device)
  })
  afterAll(async () => {
    await client?.endAsync(true)
    admin?.close()
    await hub?.stop()
    data.remove()
  })

  /** Rejects when the hub refuses. */
  async function connected(
    { device: id, secret }: Identity,
    more: Partial<MqttClient['options']> = {},
  ): Promise<MqttClient> {
    const socket = () => connectTcp(hub.ports.plain, '127.0.0.1')
    const mqtt = new MqttClient(socket, {
      clientId: id,
      username: id,
      password: secret,
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      ...more,
    })
    await within(10_000, once(mqtt, 'connect'))
    return mqtt
  }

  const rejected = async (id: string) =>
    (await admin.call<{ rejected: Rejected[] }>('rejected', 'list', { device: id })).rejected

  it.each(REJECTED)(
    '%s is acknowledged, kept with its reason, and the connection lives',
    async (_title, channel, payload, code) => {
      const topic = `lares/${device.device}/${channel}`
      await client.publishAsync(topic, payload, { qos: 1 })
      expect(client.connected).toBe(true)
      const [newest] = await rejected(device.device)
      expect(newest).toMatchObject({ topic, code, raw_bytes: Buffer.byteLength(payload) })
      expect(newest?.reason).not.toBe('')
    },
  )

  it("another device's topic is refused without a word to that device, and stored under the sender", async () => {
    const before = (await rejected(other.device)).length
    await client.publishAsync(`lares/${other.device}/readings`, '{"items":[{"sensor":"t","value":1}]}', { qos: 1 })
    expect(client.connected).toBe(true)
    expect((await rejected(device.device))[0]).toMatchObject({
      code: 'not_allowed',
      topic: `lares/${other.device}/readings`,
    })
    expect((await rejected(other.device)).length).toBe(before)
  })

  it('a forbidden publish makes no reconnect storm: a thousand cost no connection and one line of the log', async () => {
    let closed = 0
    client.on('close', () => {
      closed += 1
    })
    const sent = Array.from({ length: 1_000 }, () =>
      client.publishAsync('lares/admin/request/devices/list', '{"id":"1"}', { qos: 1 }),
    )
    await within(30_000, Promise.all(sent))
    expect(closed).toBe(0)
    const status = await admin.call<{ ledger: Record<string, number> }>('hub', 'status')
    expect(status.ledger.rejected).toBeGreaterThanOrEqual(1_000)
  })

  it('names of prototypes are ordinary names', async () => {
    const items = ['__proto__', 'constructor', 'prototype'].map((sensor, value) => ({ sensor, value }))
    await client.publishAsync(`lares/${device.device}/readings`, JSON.stringify({ items }), { qos: 1 })
    const { readings } = await admin.call<{ readings: { sensor: string; value: number }[] }>('readings', 'latest', {
      device: device.device,
    })
    expect(readings.map(({ sensor, value }) => [sensor, value])).toEqual([
      ['__proto__', 0],
      ['constructor', 1],
      ['prototype', 2],
    ])
  })

  it.each([
    '#',
    '+/+',
    'lares/#',
    'lares/+/status',
    'lares/+/readings',
    '$SYS/#',
    '$share/x/lares/#',
    'lares/admin/#',
    '__proto__',
  ])('the filter %s is denied and the connection lives', async (filter) => {
    const granted = await client.subscribeAsync(filter, { qos: 1 }).catch((error: { code?: number }) => error)
    expect(JSON.stringify(granted)).toMatch(/128/)
    expect(client.connected).toBe(true)
  })

  it('a will on a topic of somebody else is refused at the door', async () => {
    const will = {
      topic: `lares/${other.device}/will`,
      payload: Buffer.from('{"connects":1}'),
      qos: 1 as const,
      retain: false,
    }
    await expect(connected(device, { will })).rejects.toThrow()
  })

  it.each([
    ['ten megabytes', (id: string) => [`lares/${id}/readings`, Buffer.alloc(10 * 1024 * 1024)] as const],
    ['a topic of 200 levels', (id: string) => [`lares/${id}/${'a/'.repeat(200)}b`, Buffer.from('{}')] as const],
  ])('%s close the connection, which may come back at once, and nobody else notices', async (_title, message) => {
    const bystander = await connected(other)
    const lone = await connected(device)
    const gone = closing(lone)
    const [topic, payload] = message(device.device)
    lone.publish(topic, payload, { qos: 0 })
    await within(10_000, gone)
    client = await connected(device)
    await bystander.publishAsync(`lares/${other.device}/readings`, '{"items":[{"sensor":"t","value":1}]}', { qos: 1 })
    await bystander.endAsync(true)
  })

  it('a CONNECT of a megabyte is cut off before it is kept', async () => {
    const socket = connectTcp(hub.ports.plain, '127.0.0.1')
    const closed = closing(socket)
    socket.write(Buffer.concat([Buffer.from([0x10, 0xff, 0xff, 0x3f]), Buffer.alloc(64 * 1024)]))
    await within(5_000, closed)
  })

  it('leaves the books balanced', async () => {
    await eventually(async () => {
      const { ledger } = await admin.call<{ ledger: Record<string, number> }>('hub', 'status')
      const { received = 0, applied = 0, duplicate = 0, rejected: refused = 0 } = ledger
      return received > 0 && received === applied + duplicate + refused
    })
  })
})
