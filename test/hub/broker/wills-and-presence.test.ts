import { afterEach, describe, expect, it } from 'vitest'
import { BrokerPersistence } from '../../../hub/broker/persistence.ts'
import type { BrokerChange } from '../../../hub/engine/broker-change.ts'
import { systemClock } from '../../../shared/clock.ts'
import { type BrokerUnderTest, type Settings, settled, startBroker, until } from './broker-under-test.ts'
import type { RawClient } from './raw-client.ts'

let running: BrokerUnderTest[] = []

async function start(settings: Settings = {}): Promise<BrokerUnderTest> {
  const broker = await startBroker(settings)
  running.push(broker)
  return broker
}

afterEach(async () => {
  for (const broker of running) await broker.stop()
  running = []
})

function publishes(client: RawClient) {
  return client.received.filter((packet) => packet.cmd === 'publish')
}

async function subscribe(client: RawClient, topic: string, qos: 0 | 1 | 2 = 1): Promise<void> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] })
  await client.next('suback')
}

async function leave(client: RawClient, broker: BrokerUnderTest): Promise<void> {
  const before = broker.broker.stats().connected
  client.stream.destroy()
  await until(() => broker.broker.stats().connected === before - 1)
}

describe('a will', () => {
  const will = { topic: 'w', payload: Buffer.from('gone'), qos: 1 as const, retain: true }

  it('of a client with a session to keep is not on disk: a hub that was killed publishes none, and later ones once', async () => {
    const changes: BrokerChange[] = []
    const journal = (change: BrokerChange) => void changes.push(change)
    const first = await start({ persistence: new BrokerPersistence({ clock: systemClock, journal }) })
    const watcher = await first.connect('watcher', { clean: false })
    await subscribe(watcher, 'w')
    await first.connect('plain', { clean: false, will })
    // What a killed hub leaves behind is what it had written.
    const left = [...changes]

    const persistence = new BrokerPersistence({ clock: systemClock })
    persistence.load(left)
    const second = await start({ persistence })
    const again = await second.connect('watcher', { clean: false })
    await settled(again)
    expect(publishes(again)).toEqual([])

    // Back without a will, it leaves none; back with one, it leaves that, once.
    await leave(await second.connect('plain', { clean: false }), second)
    await settled(again)
    expect(publishes(again)).toEqual([])
    await leave(await second.connect('plain', { clean: false, will }), second)
    await until(() => publishes(again).length === 1)
    await settled(again)
    expect(publishes(again).map(({ payload }) => String(payload))).toEqual(['gone'])
  })

  it('is published when the hub is stopped in order, and waits for readers that are away', async () => {
    const changes: BrokerChange[] = []
    const journal = (change: BrokerChange) => void changes.push(change)
    const first = await start({ persistence: new BrokerPersistence({ clock: systemClock, journal }) })
    const watcher = await first.connect('watcher', { clean: false })
    await subscribe(watcher, 'w')
    await leave(watcher, first)
    await first.connect('plain', { clean: false, will })
    await first.stop()
    const persistence = new BrokerPersistence({ clock: systemClock })
    persistence.load(changes)
    const second = await start({ persistence })
    const again = await second.connect('watcher', { clean: false })
    await settled(again)
    expect(publishes(again).map(({ payload }) => String(payload))).toEqual(['gone'])
  })
})

describe('session present', () => {
  /** What CONNACK says to a client that comes and goes. */
  async function visit(under: BrokerUnderTest, clean: boolean, more = {}): Promise<unknown> {
    const client = await under.connect('r', { clean, ...more })
    const [connack] = client.received
    await leave(client, under)
    return connack?.cmd === 'connack' && connack.sessionPresent
  }

  it('is said of a session without subscriptions [MQTT-3.2.2-2], and not of a new one', async () => {
    const under = await start()
    expect(await visit(under, false)).toBe(false)
    expect(await visit(under, false)).toBe(true)
    expect(await visit(under, false)).toBe(true)
  })

  it('is not said once a clean session has ended the old one', async () => {
    const under = await start()
    for (const filled of [false, true]) {
      const client = await under.connect('r', { clean: false })
      if (filled) await subscribe(client, 't')
      await leave(client, under)
      expect(await visit(under, true)).toBe(false)
      expect(await visit(under, true)).toBe(false)
      expect(await visit(under, false)).toBe(false)
      expect(await visit(under, true)).toBe(false)
    }
  })

  it('stays true when the last subscription is given back or denied, and when a newer connection takes over', async () => {
    let denied = false
    const under = await start({ hooks: { subscribe: (_c, _filter, qos) => (denied ? 'deny' : qos) } })
    const client = await under.connect('r', { clean: false })
    await subscribe(client, 't')
    await subscribe(client, 'u')
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['t'] })
    await client.next('unsuback')
    denied = true
    const second = await under.connect('r', { clean: false })
    expect(second.received[0]).toMatchObject({ sessionPresent: true })
    const third = await under.connect('r', { clean: false })
    expect(third.received[0]).toMatchObject({ sessionPresent: true })
  })

  it('is not said with a refusal [MQTT-3.2.2-4]', async () => {
    let refuse = false
    const under = await start({
      hooks: { authenticate: () => (refuse ? { refuse: 5, reason: 'no' } : { accept: null }) },
    })
    expect(await visit(under, false)).toBe(false)
    refuse = true
    const client = await under.connect('r', { clean: false })
    expect(client.received[0]).toMatchObject({ returnCode: 5, sessionPresent: false })
  })
})
