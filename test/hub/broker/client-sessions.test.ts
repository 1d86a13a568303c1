import { afterEach, describe, expect, it } from 'vitest'
import { BrokerPersistence } from '../../../hub/broker/persistence.ts'
import type { BrokerChange } from '../../../hub/engine/broker-change.ts'
import { ManualClock, systemClock } from '../../../shared/clock.ts'
import { type BrokerUnderTest, type Settings, settled, startBroker, turns, until } from './broker-under-test.ts'
import { publishPacket, type RawClient } from './raw-client.ts'

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

describe('a persistent session', () => {
  it('gets what came while its client was away, in order, and says that it was kept', async () => {
    const under = await start()
    const reader = await under.connect('r', { clean: false })
    await subscribe(reader, 't/#')
    await leave(reader, under)
    for (let n = 0; n < 200; n += 1)
      await under.broker.publish({ topic: `t/${n % 7}`, payload: String(n), qos: 1, retain: false })
    const again = await under.connect('r', { clean: false })
    expect(again.received[0]).toMatchObject({ cmd: 'connack', sessionPresent: true })
    await until(() => publishes(again).length === 200)
    expect(publishes(again).map((packet) => Number(String(packet.payload)))).toEqual(
      Array.from({ length: 200 }, (_, n) => n),
    )
    expect(publishes(again).every((packet) => packet.dup === false)).toBe(true)
  })

  it('keeps the order, without doubles, when live messages come during replay (Aedes 1.2.0: 193 inversions, 19 doubles)', async () => {
    const under = await start()
    const reader = await under.connect('r', { clean: false })
    await subscribe(reader, 't')
    await leave(reader, under)
    let sent = 0
    const send = () => void under.broker.publish({ topic: 't', payload: String(sent++), qos: 1, retain: false })
    for (let n = 0; n < 300; n += 1) send()
    await turns(5)
    const again = under.open()
    again.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: 'r', keepalive: 0 })
    for (let turn = 0; turn < 400; turn += 1) {
      send()
      await turns(1)
    }
    await until(() => publishes(again).length >= sent)
    await turns(50)
    expect(publishes(again).map((packet) => Number(String(packet.payload)))).toEqual(
      Array.from({ length: sent }, (_, n) => n),
    )
  })

  it('repeats what was not acknowledged under the same packet id, with DUP', async () => {
    const under = await start()
    const reader = await under.connect('r', { clean: false })
    await subscribe(reader, 't')
    for (let n = 0; n < 3; n += 1) await under.broker.publish({ topic: 't', payload: String(n), qos: 1, retain: false })
    await until(() => publishes(reader).length === 3)
    const [first, second, third] = publishes(reader)
    reader.send({ cmd: 'puback', messageId: second?.messageId ?? 0 })
    await settled(reader)
    await leave(reader, under)
    const again = await under.connect('r', { clean: false })
    await until(() => publishes(again).length === 2)
    await settled(again)
    const seen = publishes(again).map(({ messageId, dup, payload }) => [messageId, dup, String(payload)])
    expect(seen).toEqual([
      [first?.messageId, true, '0'],
      [third?.messageId, true, '2'],
    ])
  })

  it('goes on with PUBREL after PUBREC was lost with the connection', async () => {
    const under = await start()
    const reader = await under.connect('r', { clean: false })
    await subscribe(reader, 't', 2)
    const writer = await under.connect('w')
    writer.send(publishPacket('t', { qos: 2, messageId: 1 }))
    const { messageId = 0 } = await reader.next('publish')
    reader.send({ cmd: 'pubrec', messageId })
    await reader.next('pubrel')
    await leave(reader, under)
    const again = await under.connect('r', { clean: false })
    expect((await again.next('pubrel')).messageId).toBe(messageId)
    again.send({ cmd: 'pubcomp', messageId })
    await settled(again)
    await leave(again, under)
    const third = await under.connect('r', { clean: false })
    await settled(third)
    expect(third.received.some((packet) => packet.cmd === 'pubrel' || packet.cmd === 'publish')).toBe(false)
  })

  it('gets one copy per message of overlapping filters, at the QoS granted', async () => {
    const under = await start()
    const reader = await under.connect('r', { clean: false })
    await subscribe(reader, 't/#', 1)
    await subscribe(reader, 't/+', 1)
    await leave(reader, under)
    const writer = await under.connect('w')
    writer.send(publishPacket('t/1', { qos: 2, messageId: 1, retain: true }))
    await writer.next('pubrec')
    const again = await under.connect('r', { clean: false })
    await settled(again)
    expect(publishes(again).map(({ qos, retain }) => ({ qos, retain }))).toEqual([{ qos: 1, retain: false }])
  })

  it('loses a filter that is denied when the session is restored, and messages that may not be forwarded', async () => {
    let revoked = false
    const under = await start({
      hooks: {
        subscribe: (_c, filter, qos) => (revoked && filter === 'secret' ? 'deny' : qos),
        forward: (_c, topic) => !(revoked && topic === 'secret'),
      },
    })
    const reader = await under.connect('r', { clean: false })
    await subscribe(reader, 'secret')
    await subscribe(reader, 'open')
    await leave(reader, under)
    await under.broker.publish({ topic: 'secret', payload: 'secret', qos: 1, retain: false })
    await under.broker.publish({ topic: 'open', payload: 'open', qos: 1, retain: false })
    revoked = true
    const again = await under.connect('r', { clean: false })
    await until(() => publishes(again).length > 0)
    await under.broker.publish({ topic: 'secret', payload: 'secret', qos: 1, retain: false })
    await settled(again)
    expect(publishes(again).map((packet) => String(packet.payload))).toEqual(['open'])
    expect(under.broker.subscribers('secret')).toBe(false)
  })

  it('does not keep a filter that was denied beside one that was granted', async () => {
    const under = await start({ hooks: { subscribe: (_c, filter, qos) => (filter === 'no' ? 'deny' : qos) } })
    const reader = await under.connect('r', { clean: false })
    const subscriptions = ['no', 'yes', 'no2'].map((topic) => ({ topic, qos: 1 as const }))
    reader.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    await reader.next('suback')
    await leave(reader, under)
    expect(['no', 'yes', 'no2'].map((topic) => under.broker.subscribers(topic))).toEqual([false, true, true])
  })

  it('gives the second of two messages that want one packet id another', async () => {
    const persistence = new BrokerPersistence({ clock: systemClock })
    await persistence.setup({ id: 'b' })
    const packets = [1, 2].map((brokerCounter) => ({
      cmd: 'publish',
      topic: 't',
      payload: Buffer.from('x'),
      qos: 1 as const,
      retain: false,
      dup: false,
      brokerId: 'b',
      brokerCounter,
      messageId: 65_535,
    }))
    for (const packet of packets) {
      await persistence.outgoingEnqueue({ clientId: 'a' }, packet)
      await persistence.outgoingUpdate({ id: 'a' }, packet)
    }
    expect(packets.map((packet) => packet.messageId)).toEqual([65_535, 1])
  })

  it('owes the last of many takeovers everything that was not acknowledged', async () => {
    const under = await start()
    let last = await under.connect('r', { clean: false })
    await subscribe(last, 't')
    let sent = 0
    const send = () => void under.broker.publish({ topic: 't', payload: String(sent++), qos: 1, retain: false })
    for (let round = 0; round < 40; round += 1) {
      last = under.open()
      last.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: 'r', keepalive: 0 })
      for (let turn = 0; turn < round % 10; turn += 1) {
        send()
        await turns(1)
      }
    }
    await until(() => publishes(last).length >= sent)
    expect(publishes(last).map((packet) => Number(String(packet.payload)))).toEqual(
      Array.from({ length: sent }, (_, n) => n),
    )
  })

  it('never uses one packet id for two messages in flight', async () => {
    const under = await start()
    const reader = await under.connect('r', { clean: false })
    await subscribe(reader, 't')
    let client = reader
    for (let round = 0; round < 40; round += 1) {
      for (let n = 0; n < 20; n += 1) void under.broker.publish({ topic: 't', payload: 'x', qos: 1, retain: false })
      await turns(10)
      await leave(client, under)
      client = await under.connect('r', { clean: false })
    }
    await until(() => publishes(client).length === 800)
    const ids = publishes(client).map((packet) => packet.messageId)
    expect(new Set(ids).size).toBe(800)
  })
})

describe('what is kept is bounded', () => {
  const limits = {
    offlineQueue: { messages: 10, bytes: 5_000, ageMs: 60_000 },
    sessions: 3,
    retainedTopics: 5,
    retainedBytes: 4_000,
  }

  function memory(more: { journal?: (change: BrokerChange) => void; retain?: (topic: string) => boolean } = {}) {
    const clock = new ManualClock()
    return { clock, persistence: new BrokerPersistence({ clock, limits, ...more }) }
  }

  const message = (topic: string, payload: string, qos: 0 | 1 | 2 = 1) => ({
    cmd: 'publish',
    topic,
    payload: Buffer.from(payload),
    qos,
    retain: false,
    dup: false,
  })

  async function queued(persistence: BrokerPersistence, id: string): Promise<string[]> {
    const packets = (await persistence.outgoingStream({ id }).toArray()) as { payload: Buffer }[]
    return packets.map((packet) => String(packet.payload))
  }

  it('drops the oldest QoS 0 first, then the oldest, and counts', async () => {
    const { persistence } = memory()
    await persistence.outgoingEnqueue({ clientId: 'a' }, message('t', 'one'))
    await persistence.outgoingEnqueue({ clientId: 'a' }, message('t', 'zero', 0))
    for (let n = 2; n < 12; n += 1) await persistence.outgoingEnqueue({ clientId: 'a' }, message('t', String(n)))
    expect(await queued(persistence, 'a')).toEqual(['2', '3', '4', '5', '6', '7', '8', '9', '10', '11'])
    expect(persistence.stats().dropped).toBe(2)
  })

  it('bounds the bytes of a queue', async () => {
    const { persistence } = memory()
    for (let n = 0; n < 8; n += 1) await persistence.outgoingEnqueue({ clientId: 'a' }, message('t', 'x'.repeat(2_000)))
    expect(persistence.stats().queuedBytes).toBeLessThanOrEqual(5_000)
    expect(await queued(persistence, 'a')).toHaveLength(2)
  })

  it('drops what is too old', async () => {
    const { persistence, clock } = memory()
    await persistence.outgoingEnqueue({ clientId: 'a' }, message('t', 'old'))
    clock.advance(59_000)
    await persistence.outgoingEnqueue({ clientId: 'a' }, message('t', 'new'))
    clock.advance(2_000)
    persistence.sweep()
    expect(await queued(persistence, 'a')).toEqual(['new'])
  })

  it('forgets the session that was away for longest when there are too many', async () => {
    const { persistence, clock } = memory()
    for (const id of ['a', 'b', 'c', 'd']) {
      await persistence.addSubscriptions({ id }, [{ topic: 't', qos: 1 }])
      clock.advance(1_000)
    }
    expect(persistence.stats().sessions).toBe(3)
    expect(await persistence.subscriptionsByClient({ id: 'a' })).toEqual([])
  })

  it('retains only what the allow-list allows, and no more than there is room for', async () => {
    const { persistence } = memory({ retain: (topic) => topic.startsWith('ok/') })
    await persistence.storeRetained(message('no/1', 'x'))
    for (let n = 0; n < 9; n += 1) await persistence.storeRetained(message(`ok/${n}`, 'x'))
    expect(persistence.stats()).toMatchObject({ retained: 5, notRetained: 5 })
    await persistence.storeRetained(message('ok/1', 'y'.repeat(5_000)))
    const kept = (await persistence.createRetainedStream('ok/#').toArray()) as { topic: string }[]
    expect(kept.map((packet) => packet.topic)).toEqual(['ok/0', 'ok/2', 'ok/3', 'ok/4'])
  })

  it('brings everything back from the changes, and from a snapshot', async () => {
    const changes: BrokerChange[] = []
    const { persistence } = memory({ journal: (change) => void changes.push(change) })
    await persistence.addSubscriptions({ id: 'a' }, [
      { topic: 't/#', qos: 1 },
      { topic: 'gone', qos: 2 },
    ])
    await persistence.removeSubscriptions({ id: 'a' }, ['gone'])
    for (const text of ['1', '2', '3']) await persistence.outgoingEnqueue({ clientId: 'a' }, message('t/1', text))
    const [first] = (await persistence.outgoingStream({ id: 'a' }).toArray()) as never[]
    expect(first).toBeDefined()
    persistence.arrive('a', 1)
    const stream = persistence.outgoingStream({ id: 'a' })
    for await (const packet of stream) {
      packet.messageId = Number(String(packet.payload)) + 100
      await persistence.outgoingUpdate({ id: 'a' }, packet)
    }
    await persistence.outgoingClearMessageId({ id: 'a' }, { ...message('', ''), messageId: 101 })
    await persistence.storeRetained(message('r', 'kept'))
    await persistence.storeRetained(message('r2', 'kept'))
    await persistence.storeRetained(message('r2', ''))
    const inflight = persistence.incoming('a')
    inflight.set(9, { accepted: false, journalled: false, packet: null, waiting: [] })
    persistence.acceptIncoming('a', inflight, 9)

    for (const source of [changes, [...persistence.snapshot()]]) {
      const { persistence: second } = memory()
      second.load(source)
      await second.setup({ id: 'broker-2' })
      second.arrive('a', 1)
      expect(await second.subscriptionsByClient({ id: 'a' })).toEqual([{ topic: 't/#', qos: 1 }])
      expect(second.hasSubscriber('t/9')).toBe(true)
      const seen: unknown[] = []
      for await (const packet of second.outgoingStream({ id: 'a' })) {
        seen.push([String(packet.payload), packet.messageId, packet.dup, packet.brokerId])
        await second.outgoingUpdate({ id: 'a' }, packet)
      }
      expect(seen).toEqual([
        ['2', 102, true, 'broker-2'],
        ['3', 103, true, 'broker-2'],
      ])
      const kept = (await second.createRetainedStream('#').toArray()) as { topic: string }[]
      expect(kept.map((packet) => packet.topic)).toEqual(['r'])
      expect(await second.incomingGetPacket({ id: 'a' }, { messageId: 9 })).toEqual({ messageId: 9 })
    }
  })

  it('knows a session that holds nothing after a restart too, and a snapshot keeps it', async () => {
    const changes: BrokerChange[] = []
    const journal = (change: BrokerChange) => void changes.push(change)
    const first = await start({ persistence: new BrokerPersistence({ clock: systemClock, journal }) })
    await leave(await first.connect('r', { clean: false }), first)
    await leave(await first.connect('gone', { clean: false }), first)
    await leave(await first.connect('gone', { clean: true }), first)
    await first.stop()
    const loaded = new BrokerPersistence({ clock: systemClock })
    loaded.load(changes)
    const compacted = new BrokerPersistence({ clock: systemClock })
    compacted.load([...loaded.snapshot()])
    for (const persistence of [loaded, compacted]) {
      const second = await start({ persistence })
      const present = async (clientId: string) => {
        const [connack] = (await second.connect(clientId, { clean: false })).received
        return connack
      }
      expect(await present('r')).toMatchObject({ sessionPresent: true })
      expect(await present('gone')).toMatchObject({ sessionPresent: false })
    }
  })

  it('carries a session over a restart of the broker', async () => {
    const changes: BrokerChange[] = []
    const journal = (change: BrokerChange) => void changes.push(change)
    const first = await start({ persistence: new BrokerPersistence({ clock: systemClock, journal }) })
    const reader = await first.connect('r', { clean: false })
    await subscribe(reader, 't')
    await first.broker.publish({ topic: 't', payload: 'in flight', qos: 1, retain: false })
    await until(() => publishes(reader).length === 1)
    await leave(reader, first)
    await first.broker.publish({ topic: 't', payload: 'waiting', qos: 1, retain: false })
    await first.stop()

    const persistence = new BrokerPersistence({ clock: systemClock })
    persistence.load(changes)
    const second = await start({ persistence })
    const again = await second.connect('r', { clean: false })
    await until(() => publishes(again).length === 2)
    expect(publishes(again).map(({ payload, dup }) => [String(payload), dup])).toEqual([
      ['in flight', true],
      ['waiting', false],
    ])
    await second.broker.publish({ topic: 't', payload: 'live', qos: 1, retain: false })
    await until(() => publishes(again).length === 3)
  })
})
