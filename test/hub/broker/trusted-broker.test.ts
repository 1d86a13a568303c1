import { duplexPair } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import type { InboundPublish, PublishVerdict } from '../../../hub/broker/connection.ts'
import { type BrokerUnderTest, type Settings, settled, startBroker, turns, until } from './broker-under-test.ts'
import { connectPacket, publishPacket } from './raw-client.ts'

let running: BrokerUnderTest | null = null

async function start(settings: Settings = {}): Promise<BrokerUnderTest> {
  running = await startBroker(settings)
  return running
}

afterEach(async () => {
  await running?.stop()
  running = null
})

const payloads = (packets: { cmd: string }[]) =>
  packets
    .filter((packet) => packet.cmd === 'publish')
    .map((packet) => String((packet as never as { payload: Buffer }).payload))

function noting(seen: string[], what: unknown, settle: (verdict: PublishVerdict) => void): void {
  seen.push(String(what))
  settle('deliver')
}

describe('publishing', () => {
  it('sends PUBACK only after the verdict', async () => {
    const asked: ((verdict: PublishVerdict) => void)[] = []
    const { connect } = await start({ hooks: { publish: (_c, _m, settle) => void asked.push(settle) } })
    const client = await connect('a')
    client.send(publishPacket('t', { qos: 1, messageId: 7 }))
    await settled(client)
    expect(client.received.some((packet) => packet.cmd === 'puback')).toBe(false)
    asked[0]?.('deliver')
    expect((await client.next('puback')).messageId).toBe(7)
  })

  it('acknowledges and delivers in arrival order, however the verdicts come', async () => {
    const asked: ((verdict: PublishVerdict) => void)[] = []
    const { connect } = await start({ hooks: { publish: (_c, _m, settle) => void asked.push(settle) } })
    const client = await connect('a')
    const reader = await connect('b')
    reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] })
    await reader.next('suback')
    for (let id = 1; id <= 5; id += 1) client.send(publishPacket('t', { qos: 1, messageId: id, payload: String(id) }))
    await until(() => asked.length === 5)
    for (const settle of asked.reverse()) settle('deliver')
    const acks: number[] = []
    for (let id = 1; id <= 5; id += 1) acks.push((await client.next('puback')).messageId ?? 0)
    expect(acks).toEqual([1, 2, 3, 4, 5])
    await until(() => payloads(reader.received).length === 5)
    expect(payloads(reader.received)).toEqual(['1', '2', '3', '4', '5'])
  })

  it('lets a verdict that waits hold up its own client only', async () => {
    const { connect } = await start({
      hooks: { publish: (connection, _m, settle) => connection?.clientId === 'fast' && settle('absorb') },
    })
    const slow = await connect('slow')
    const fast = await connect('fast')
    slow.send(publishPacket('t', { qos: 1, messageId: 1 }))
    await settled(slow)
    fast.send(publishPacket('t', { qos: 1, messageId: 1 }))
    expect((await fast.next('puback')).messageId).toBe(1)
  })

  it('acknowledges what it absorbs and delivers it to nobody', async () => {
    const { connect } = await start({
      hooks: { publish: (_c, message, settle) => settle(message.topic === 'quiet' ? 'absorb' : 'deliver') },
    })
    const client = await connect('a')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 2 }] })
    await client.next('suback')
    for (const [index, qos] of ([0, 1, 2] as const).entries()) {
      client.send(publishPacket('quiet', { qos, retain: true, ...(qos > 0 ? { messageId: index } : {}) }))
    }
    client.send(publishPacket('loud', { payload: 'loud' }))
    expect(String((await client.next('publish')).payload)).toBe('loud')
    const late = await connect('b')
    late.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] })
    await late.next('suback')
    await settled(late)
    expect(payloads(late.received)).toEqual([])
  })

  it('closes without PUBACK when the verdict is close', async () => {
    const { connect, events } = await start({ hooks: { publish: (_c, _m, settle) => settle('close') } })
    const client = await connect('a')
    client.send(publishPacket('t', { qos: 1, messageId: 1 }))
    await client.closed
    expect(client.received.map((packet) => packet.cmd)).toEqual(['connack'])
    await until(() => events.length === 2)
    expect(events[1]).toEqual({ what: 'disconnected', clientId: 'a', reason: 'the publish was refused' })
  })

  it('never asks about $SYS and hands it to nobody', async () => {
    const seen: string[] = []
    const { connect, broker } = await start({
      hooks: { publish: (_c, message, settle) => noting(seen, message.topic, settle) },
    })
    const victim = await connect('victim')
    const client = await connect('a', { will: { topic: '$SYS/x', payload: Buffer.from(''), qos: 0, retain: false } })
    client.send(publishPacket('$SYS/other/new/clients', { qos: 1, messageId: 1, payload: 'victim' }))
    await client.next('puback')
    client.stream.destroy()
    await settled(victim)
    expect(seen).toEqual([])
    expect(broker.stats().violations['publish to $SYS']).toBeGreaterThan(0)
  })

  it('loses no live message when a retained QoS 0 is followed by a plain one (Aedes 1.2.0 lost 200 of 200)', async () => {
    const { connect } = await start()
    const reader = await connect('r')
    const writer = await connect('w')
    reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't/#', qos: 1 }] })
    await reader.next('suback')
    for (let round = 0; round < 200; round += 1) {
      writer.send(publishPacket('t/kept', { retain: true, payload: `kept ${round}` }))
      writer.send(publishPacket('t/plain', { payload: `plain ${round}` }))
    }
    await until(() => payloads(reader.received).length >= 400)
    const wanted = Array.from({ length: 200 }, (_, round) => [`kept ${round}`, `plain ${round}`]).flat()
    expect(payloads(reader.received)).toEqual(wanted)
  })

  it('loses no message of the hub when QoS 1 and QoS 0 are published in one turn', async () => {
    const { connect, broker } = await start()
    const reader = await connect('r', { clean: false })
    reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] })
    await reader.next('suback')
    const wanted: string[] = []
    for (let round = 0; round < 200; round += 1) {
      wanted.push(`one ${round}`, `zero ${round}`)
      void broker.publish({ topic: 't', payload: `one ${round}`, qos: 1, retain: round % 3 === 0 })
      void broker.publish({ topic: 't', payload: `zero ${round}`, qos: 0, retain: false })
    }
    await until(() => payloads(reader.received).length >= 400)
    expect(payloads(reader.received)).toEqual(wanted)
  })

  it('does not pass the DUP flag of the sender on to the reader', async () => {
    const { connect } = await start()
    const client = await connect('a')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] })
    await client.next('suback')
    client.send(publishPacket('t', { qos: 1, messageId: 9, dup: true }))
    expect((await client.next('publish')).dup).toBe(false)
  })
})

describe('QoS 2', () => {
  it('has its effect once for a packet id until PUBREL, also over a reconnect', async () => {
    const seen: string[] = []
    const { connect } = await start({
      hooks: { publish: (_c, message, settle) => noting(seen, message.payload, settle) },
    })
    const first = await connect('a', { clean: false })
    const packet = publishPacket('t', { qos: 2, messageId: 5, payload: 'once' })
    first.send(packet)
    await first.next('pubrec')
    first.send({ ...packet, dup: true })
    await first.next('pubrec')
    first.stream.destroy()
    const second = await connect('a', { clean: false })
    second.send({ ...packet, dup: true })
    await second.next('pubrec')
    second.send({ cmd: 'pubrel', messageId: 5 })
    await second.next('pubcomp')
    expect(seen).toEqual(['once'])
    second.send(publishPacket('t', { qos: 2, messageId: 5, payload: 'again' }))
    await second.next('pubrec')
    expect(seen).toEqual(['once', 'again'])
  })

  it('answers a repetition that comes while the first is being decided, and asks once', async () => {
    const asked: ((verdict: PublishVerdict) => void)[] = []
    const { connect } = await start({ hooks: { publish: (_c, _m, settle) => void asked.push(settle) } })
    const client = await connect('a', { clean: false })
    const packet = publishPacket('t', { qos: 2, messageId: 5 })
    client.send(packet)
    client.send({ ...packet, dup: true })
    await settled(client)
    expect(asked).toHaveLength(1)
    asked[0]?.('deliver')
    await client.next('pubrec')
    await client.next('pubrec')
    await settled(client)
    expect(asked).toHaveLength(1)
  })

  it('delivers once to subscribers, repeated or not', async () => {
    const { connect } = await start()
    const client = await connect('a')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 0 }] })
    await client.next('suback')
    client.bytes(Buffer.concat([qos2(3), qos2(3), qos2(3), Buffer.from([0x62, 2, 0, 3])]))
    await client.next('pubcomp')
    await settled(client)
    expect(payloads(client.received)).toEqual(['x'])
  })

  it('closes a client that never releases its messages', async () => {
    const { connect, broker, events } = await start({ limits: { inflightPerClient: 10 } })
    const client = await connect('a')
    for (let id = 1; id <= 11; id += 1) client.bytes(qos2(id))
    await client.closed
    expect(events.some((event) => event.reason === 'too many QoS 2 messages without PUBREL')).toBe(true)
    expect(broker.stats().connected).toBe(0)
  })
})

function qos2(id: number): Buffer {
  return Buffer.from([0x34, 6, 0, 1, 0x74, 0, id, 0x78])
}

describe('who has a client id', () => {
  it('lets the newest win, in one order: will, disconnected, connected', async () => {
    const order: string[] = []
    const wills: InboundPublish[] = []
    const { connect } = await start({
      hooks: {
        publish: (connection, message, settle) => {
          if (message.will) wills.push(message)
          order.push(`${message.will ? 'will' : 'publish'} of ${String(connection?.principal)}`)
          settle('deliver')
        },
        authenticate: (connection) => ({ accept: connection.number }),
        connected: (connection) => void order.push(`connected ${String(connection.principal)}`),
        disconnected: (connection) => void order.push(`disconnected ${String(connection.principal)}`),
      },
    })
    const will = { topic: 'w', payload: Buffer.from('gone'), qos: 1 as const, retain: false }
    const first = await connect('a', { will })
    const second = await connect('a', { will })
    await first.closed
    const [one, two] = [...new Set(order.map((line) => line.split(' ').at(-1)))]
    expect(order).toEqual([`connected ${one}`, `will of ${one}`, `disconnected ${one}`, `connected ${two}`])
    expect(wills[0]).toMatchObject({ topic: 'w', will: true, qos: 1 })
    second.stream.destroy()
    await until(() => wills.length === 2)
  })

  it('keeps exactly one of many that come at once, and tells of each once', async () => {
    const { open, events, broker } = await start()
    const clients = Array.from({ length: 20 }, () => open())
    for (const client of clients) client.send(connectPacket('same', { clean: false }))
    await until(() => clients.filter((client) => client.isClosed()).length === 19, 'nineteen closed')
    const alive = clients.find((client) => !client.isClosed())
    if (!alive) throw new Error('nobody left')
    await settled(alive)
    expect(broker.stats().connected).toBe(1)
    const connected = events.filter((event) => event.what === 'connected').length
    expect(events.filter((event) => event.what === 'disconnected')).toHaveLength(connected - 1)
  })

  it('serves the next client of an id whose client vanished at any moment of its CONNECT', async () => {
    const { open, broker, events } = await start()
    for (let moment = 0; moment < 30; moment += 1) {
      const id = `c${moment}`
      const seed = open()
      seed.send(connectPacket(id, { clean: false }))
      seed.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] })
      await seed.next('suback')
      seed.stream.destroy()
      await until(() => broker.stats().connected === 0)
      const vanishing = open()
      vanishing.send(connectPacket(id, { clean: false }))
      for (let step = 0; step < moment; step += 1) await (step % 2 ? turns(1) : Promise.resolve())
      vanishing.stream.destroy()
      const next = open()
      next.send(connectPacket(id, { clean: false }))
      await next.next('connack')
      await settled(next)
      expect(broker.stats().connected).toBe(1)
      next.stream.destroy()
      await until(() => broker.stats().connected === 0)
    }
    const told = (what: string) => events.filter((event) => event.what === what).length
    expect(told('disconnected')).toBe(told('connected'))
  })

  it('drops what an older connection still says after a newer was accepted', async () => {
    const seen: string[] = []
    const { connect, open } = await start({
      hooks: { publish: (connection, _m, settle) => noting(seen, connection?.number, settle) },
    })
    const first = await connect('a')
    const second = open()
    second.send(connectPacket('a'))
    await second.next('connack')
    first.send(publishPacket('t'))
    await first.closed
    expect(seen).toEqual([])
  })

  it('refuses an empty client id with a session to keep, and names one without', async () => {
    const { open, connect, broker } = await start()
    const kept = open()
    kept.send({ ...connectPacket(''), clean: true })
    expect((await kept.next('connack')).returnCode).toBe(0)
    const client = open()
    client.bytes([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 0, 0, 0])
    expect((await client.next('connack')).returnCode).toBe(2)
    await client.closed
    await connect('named')
    expect(broker.stats().connected).toBe(2)
  })

  it('takes prototype names for plain ids, topics and filters', async () => {
    const { connect } = await start()
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const client = await connect(name, { username: name, clean: false })
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: name, qos: 1 }] })
      await client.next('suback')
      client.send(publishPacket(name, { qos: 1, messageId: 1, payload: name, retain: true }))
      expect(String((await client.next('publish')).payload)).toBe(name)
      client.stream.destroy()
      const again = await connect(name, { clean: false })
      expect(again.received[0]).toMatchObject({ sessionPresent: true })
    }
  })
})

describe('authentication', () => {
  it.each([2, 3, 4, 5] as const)('answers a refusal with CONNACK %i and closes', async (code) => {
    const { open, events } = await start({ hooks: { authenticate: () => ({ refuse: code, reason: 'no' }) } })
    const client = open()
    client.send(connectPacket('a', { username: 'u', password: Buffer.from('p') }))
    expect((await client.next('connack')).returnCode).toBe(code)
    await client.closed
    expect(events).toEqual([])
  })

  it('hands over everything CONNECT said', async () => {
    const seen: unknown[] = []
    const { connect } = await start({
      hooks: {
        authenticate: (_c, credentials) => {
          seen.push(credentials)
          return { accept: 'me' }
        },
      },
    })
    const will = { topic: 'w', payload: Buffer.from('gone'), qos: 2 as const, retain: true }
    await connect('a', { username: 'u', password: Buffer.from('p'), will, keepalive: 30, clean: false })
    expect(seen).toEqual([
      { clientId: 'a', username: 'u', password: Buffer.from('p'), will, keepaliveS: 30, clean: false },
    ])
  })

  it('lets packets behind CONNECT wait for the verdict, however many', async () => {
    const accepts: (() => void)[] = []
    const seen: string[] = []
    const { open } = await start({
      hooks: {
        authenticate: () =>
          new Promise((resolve) => {
            accepts.push(() => resolve({ accept: null }))
          }),
        publish: (_c, message, settle) => noting(seen, message.payload, () => settle('absorb')),
      },
    })
    const client = open()
    client.send(connectPacket('a'))
    for (let id = 1; id <= 100; id += 1) client.send(publishPacket('t', { qos: 1, messageId: id, payload: String(id) }))
    await until(() => accepts.length > 0)
    await turns(50)
    expect(seen).toEqual([])
    accepts[0]?.()
    for (let id = 1; id <= 100; id += 1) expect((await client.next('puback')).messageId).toBe(id)
    expect(seen).toHaveLength(100)
  })
})

describe('subscribing', () => {
  it('answers 0x80 to what is denied, and the QoS granted to the rest', async () => {
    const { connect } = await start({
      hooks: { subscribe: (_c, filter, qos) => (filter === 'no' ? 'deny' : qos === 2 ? 1 : qos) },
    })
    const client = await connect('a')
    const subscriptions = ['yes', 'no', '$share/g/t'].map((topic) => ({ topic, qos: 2 as const }))
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    expect((await client.next('suback')).granted).toEqual([1, 128, 128])
    client.send(publishPacket('yes', { qos: 2, messageId: 1 }))
    expect((await client.next('publish')).qos).toBe(1)
    client.send(publishPacket('no'))
    await settled(client)
    expect(payloads(client.received)).toHaveLength(1)
  })

  it('takes away a filter that is asked for again and denied', async () => {
    let revoked = false
    const { connect, broker } = await start({ hooks: { subscribe: (_c, _filter, qos) => (revoked ? 'deny' : qos) } })
    for (const clean of [true, false]) {
      revoked = false
      const client = await connect(`c${clean}`, { clean })
      const subscribe = (messageId: number) =>
        client.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic: 't', qos: 1 }] })
      subscribe(1)
      await client.next('suback')
      revoked = true
      subscribe(2)
      expect((await client.next('suback')).granted).toEqual([128])
      expect(broker.subscribers('t')).toBe(false)
      client.send(publishPacket('t', { qos: 1, messageId: 1 }))
      await settled(client)
      expect(payloads(client.received)).toEqual([])
    }
  })

  it('caps the filters of one client', async () => {
    const { connect } = await start({ limits: { filtersPerClient: 2 } })
    const client = await connect('a')
    for (const [index, topic] of ['a', 'b', 'c', 'a'].entries()) {
      client.send({ cmd: 'subscribe', messageId: index + 1, subscriptions: [{ topic, qos: 0 }] })
    }
    const granted: unknown[] = []
    for (let count = 0; count < 4; count += 1) granted.push((await client.next('suback')).granted[0])
    expect(granted).toEqual([0, 0, 128, 0])
  })

  it('knows whether anybody would get a message', async () => {
    const { connect, broker } = await start()
    const client = await connect('a', { clean: false })
    expect(broker.subscribers('t/1')).toBe(false)
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [
        { topic: 't/+', qos: 1 },
        { topic: 'x', qos: 0 },
      ],
    })
    await client.next('suback')
    expect([broker.subscribers('t/1'), broker.subscribers('x'), broker.subscribers('t/1/2')]).toEqual([
      true,
      true,
      false,
    ])
    client.stream.destroy()
    await until(() => broker.stats().connected === 0)
    expect([broker.subscribers('t/1'), broker.subscribers('x')]).toEqual([true, false])
    const clean = await connect('a', { clean: true })
    expect(broker.subscribers('t/1')).toBe(false)
    clean.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 0 }] })
    clean.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['x'] })
    await clean.next('unsuback')
    expect(broker.subscribers('x')).toBe(false)
  })

  it('does not lose a SUBSCRIBE right behind an UNSUBSCRIBE of the same filter', async () => {
    const { connect } = await start()
    for (const clean of [true, false]) {
      const client = await connect(`c${clean}`, { clean })
      const subscribe = (messageId: number) =>
        client.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic: 't', qos: 1 }] })
      subscribe(1)
      client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['t'] })
      subscribe(3)
      await client.next('suback')
      await client.next('suback')
      client.send(publishPacket('t', { payload: 'here' }))
      expect(String((await client.next('publish')).payload)).toBe('here')
      client.stream.destroy()
    }
  })

  it('gives one message to overlapping filters, at the highest QoS granted', async () => {
    const { connect } = await start()
    for (const [index, filters] of [
      [
        { topic: 't/#', qos: 0 as const },
        { topic: 't/1', qos: 2 as const },
      ],
      [
        { topic: 't/#', qos: 2 as const },
        { topic: 't/+', qos: 1 as const },
        { topic: 't/1', qos: 0 as const },
      ],
    ].entries()) {
      const client = await connect(`c${index}`)
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters })
      await client.next('suback')
      client.send(publishPacket('t/1', { qos: 2, messageId: 1 }))
      await client.next('pubrec')
      await settled(client)
      const got = client.received.filter((packet) => packet.cmd === 'publish')
      expect(got.map((packet) => packet.qos)).toEqual([2])
      client.stream.destroy()
    }
  })

  it('lowers the QoS also for filters with wildcards', async () => {
    const { connect } = await start()
    const client = await connect('a')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '+', qos: 1 }] })
    await client.next('suback')
    client.send(publishPacket('t', { qos: 2, messageId: 1 }))
    expect((await client.next('publish')).qos).toBe(1)
  })

  it('matches empty levels with + when they are allowed', async () => {
    const { connect } = await start({ strict: false })
    const client = await connect('a')
    const subscriptions = ['+/+', '/+', 't/+/x'].map((topic) => ({ topic, qos: 0 as const }))
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    await client.next('suback')
    for (const topic of ['/finance', 't//x', '/']) client.send(publishPacket(topic, { payload: topic }))
    await settled(client)
    expect(payloads(client.received)).toEqual(['/finance', 't//x', '/'])
  })

  it('keeps $ topics from filters that begin with a wildcard, live and retained', async () => {
    const { connect } = await start()
    const writer = await connect('w')
    writer.send(publishPacket('$house/secret', { retain: true, qos: 1, messageId: 1 }))
    await writer.next('puback')
    const client = await connect('a')
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [
        { topic: '#', qos: 0 },
        { topic: '+/secret', qos: 0 },
      ],
    })
    await client.next('suback')
    writer.send(publishPacket('$house/secret', { qos: 1, messageId: 2 }))
    await writer.next('puback')
    await settled(client)
    expect(payloads(client.received)).toEqual([])
  })

  it('asks forward about each delivery', async () => {
    const { connect } = await start({ hooks: { forward: (_c, topic) => topic !== 't/secret' } })
    const client = await connect('a')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] })
    await client.next('suback')
    client.send(publishPacket('t/secret', { payload: 'secret', retain: true }))
    client.send(publishPacket('t/open', { payload: 'open' }))
    expect(String((await client.next('publish')).payload)).toBe('open')
    client.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 't/secret', qos: 1 }] })
    await client.next('suback')
    await settled(client)
    expect(payloads(client.received)).toEqual(['open'])
  })
})

describe('the end of a connection', () => {
  it('gives a place in the count only to sockets that are still there', async () => {
    const { broker } = await start()
    const [ours, theirs] = duplexPair()
    theirs.destroy()
    await turns(5)
    broker.handle(theirs, { remote: 'x', listener: 'memory' })
    expect(broker.stats().connections).toBe(0)
    ours.destroy()
  })

  it('says why, and knows a good-bye from a loss', async () => {
    const { connect, events } = await start()
    const polite = await connect('polite')
    polite.send({ cmd: 'disconnect' })
    await polite.closed
    const lost = await connect('lost')
    lost.end()
    await lost.closed
    await until(() => events.length === 4)
    expect(events.filter((event) => event.what === 'disconnected').map((event) => event.reason)).toEqual([
      'the client disconnected',
      'the client closed the connection',
    ])
  })

  it('counts what was sent before the client closed', async () => {
    const seen: string[] = []
    const { open } = await start({
      hooks: { publish: (_c, message, settle) => noting(seen, message.payload, () => settle('absorb')) },
    })
    const client = open()
    client.send(connectPacket('a'))
    for (let count = 0; count < 50; count += 1) client.send(publishPacket('t', { payload: String(count) }))
    client.send({ cmd: 'disconnect' })
    client.end()
    await client.closed
    await until(() => seen.length === 50)
  })
})
