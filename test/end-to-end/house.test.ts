import { type EventEmitter, once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import type { HubHealth } from '../../shared/messages/hub-health.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually, within } from '../faults/lib/fleet.ts'

interface Identity {
  device: string
  secret: string
}

describe('a hub as its people and devices meet it', () => {
  const data = makeDataFolder()
  let hub: HubProcess
  let admin: LocalAdmin
  let device: Identity
  let person: { user: string; token: string }
  const open: MqttClient[] = []

  beforeAll(async () => {
    hub = await startHub(data)
    admin = await LocalAdmin.open(hub.ports.socket)
    device = await admin.call<Identity>('devices', 'create', { name: 'Garden' })
    await admin.call('users', 'create', { email: 'Ann@Example.org', password: 'correct horse battery', role: 'admin' })
    person = await admin.call('users', 'token', { email: 'ann@example.org', name: 'phone' })
  })
  afterAll(async () => {
    for (const client of open) client.end(true)
    admin.close()
    await hub.stop()
    data.remove()
  })

  /** Ends with the tests. What it still wanted to write when the hub was killed is of no interest. */
  function keep(client: MqttClient): void {
    client.on('error', () => undefined)
    open.push(client)
  }

  /** Rejects when the hub refuses. */
  async function connected(
    username: string,
    password: string,
    options: { clientId: string; clean?: boolean },
  ): Promise<MqttClient> {
    const socket = () => connectTcp(hub.ports.plain, '127.0.0.1')
    const client = new MqttClient(socket, {
      username,
      password,
      protocolVersion: 4,
      reconnectPeriod: 0,
      clean: true,
      ...options,
    })
    keep(client)
    await within(10_000, once(client as never as EventEmitter, 'connect'))
    return client
  }

  const asDevice = () => connected(device.device, device.secret, { clientId: device.device })

  /** Waits for a message whose payload fits; retained ones come at once. */
  function heard(
    client: MqttClient,
    topic: string,
    fits: (payload: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown>> {
    return within(
      10_000,
      new Promise((resolve) => {
        client.on('message', (on, bytes) => {
          // An empty payload takes a retained message back.
          if (on !== topic || bytes.length === 0) return
          const payload = JSON.parse(bytes.toString()) as Record<string, unknown>
          if (fits(payload)) resolve(payload)
        })
      }),
    )
  }

  it('shows a person status and values as they change', async () => {
    const phone = await connected(person.user, person.token, { clientId: `${person.user}.phone` })
    const topic = (name: string) => `lares/${device.device}/${name}`
    const online = heard(phone, topic('status'), ({ status }) => status === 'online')
    const value = heard(phone, topic('state/soil'), ({ value: now }) => now === 31.5)
    await phone.subscribeAsync(['lares/+/status', 'lares/+/state/#'], { qos: 1 })
    const garden = await asDevice()
    await garden.publishAsync(
      topic('readings'),
      JSON.stringify({ items: [{ sensor: 'soil', value: 31.5, kind: 'humidity', unit: '%' }] }),
      { qos: 1 },
    )
    await expect(online).resolves.toMatchObject({ reason: 'connected' })
    await expect(value).resolves.toMatchObject({ unit: '%', quality: 1, time_quality: 'good' })
    await garden.endAsync()
  })

  it('tells a plain device of a message it could not understand', async () => {
    const garden = await asDevice()
    const told = heard(garden, `lares/${device.device}/rejected`, () => true)
    await garden.subscribeAsync(`lares/${device.device}/rejected`, { qos: 0 })
    await garden.publishAsync(`lares/${device.device}/readings`, '{"items":[{"sensor":"soil","value":"wet"}]}', {
      qos: 1,
    })
    await expect(told).resolves.toMatchObject({ code: 'bad_message', topic: `lares/${device.device}/readings` })
    await garden.endAsync()
  })

  it('serves its health and its numbers', async () => {
    const get = (path: string) => fetch(`http://127.0.0.1:${hub.ports.http}${path}`)
    const { state, problems } = (await (await get('/health')).json()) as HubHealth
    // This machine's clock may follow no time source, which is no matter of the house.
    expect(problems.filter(({ code }) => code !== 'clock_unsynced')).toEqual([])
    expect(['ok', 'attention']).toContain(state)
    const metrics = await (await get('/metrics')).text()
    for (const name of [
      'inputs_total',
      'batches_total',
      'commit_seconds_bucket',
      'connected_clients',
      'wal_bytes',
      'queue_depth',
      'event_loop_lag_p99_seconds',
    ]) {
      expect(metrics).toContain(`lares_${name}`)
    }
    const ledger = Object.fromEntries(
      [...metrics.matchAll(/^lares_ledger_total\{kind="(\w+)"\} (\d+)/gm)].map(([, kind, count]) => [
        kind,
        Number(count),
      ]),
    )
    expect(ledger.received).toBeGreaterThan(0)
    expect(ledger.received).toBe((ledger.applied ?? 0) + (ledger.duplicate ?? 0) + (ledger.rejected ?? 0))
    expect(metrics).toMatch(/^lares_sensor_value\{device="[a-z0-9-]+",sensor="\w+",unit="[^"]*"\} [\d.]+$/m)
    expect((await get('/devices')).status).toBe(404)
  })

  it('says while an invitation is open', async () => {
    const phone = await connected(person.user, person.token, { clientId: `${person.user}.info` })
    const opened = heard(phone, 'lares/hub/info', ({ joining_until: until }) => until !== null)
    await phone.subscribeAsync('lares/hub/+', { qos: 1 })
    const { expires_at: until } = await admin.call<{ expires_at: number }>('devices', 'invite', { name: 'Attic' })
    await expect(opened).resolves.toMatchObject({ joining_until: until })
  })

  it('keeps what a person missed, and says after a restart that devices are to come', async () => {
    const session = { clientId: `${person.user}.tablet`, clean: false }
    const tablet = await connected(person.user, person.token, session)
    await tablet.subscribeAsync('lares/+/state/#', { qos: 1 })
    await tablet.endAsync()
    const idle = { clientId: `${person.user}.idle`, clean: false }
    await (await connected(person.user, person.token, idle)).endAsync()
    const garden = await asDevice()
    await garden.publishAsync(
      `lares/${device.device}/readings`,
      JSON.stringify({ items: [{ sensor: 'soil', value: 44 }] }),
      { qos: 1 },
    )
    // The value is published at most once a second.
    await eventually(async () => {
      const { front } = await admin.call<{ front: { broker: { queuedBytes: number } } }>('hub', 'status')
      return front.broker.queuedBytes > 0
    })
    admin.close()
    await hub.kill()
    hub = await startHub(data)
    admin = await LocalAdmin.open(hub.ports.socket)
    const { devices } = await admin.call<{ devices: { id: string; status_reason: string }[] }>('devices', 'list')
    expect(devices).toMatchObject([{ id: device.device, status_reason: 'hub_restart' }])
    const socket = () => connectTcp(hub.ports.plain, '127.0.0.1')
    const known = { username: person.user, password: person.token, protocolVersion: 4, reconnectPeriod: 0 } as const
    const again = new MqttClient(socket, { ...known, ...session })
    keep(again)
    // It comes by itself, maybe before the other one is connected.
    const missed = heard(again, `lares/${device.device}/state/soil`, ({ value }) => value === 44)
    // A session is kept even when nothing is in it.
    const back = new MqttClient(socket, { ...known, ...idle })
    keep(back)
    await expect(new Promise((resolve) => back.once('connect', resolve))).resolves.toMatchObject({
      sessionPresent: true,
    })
    await expect(missed).resolves.toMatchObject({ unit: '%' })
  })

  it('shuts a revoked device out at once, and for good', async () => {
    const garden = await asDevice()
    const closed = once(garden as never as EventEmitter, 'close')
    await admin.call('devices', 'revoke', { device: device.device })
    await within(5_000, closed)
    await expect(asDevice()).rejects.toMatchObject({ code: 5 })
  })
})
