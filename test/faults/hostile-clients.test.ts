import { connect as connectMqtt } from 'mqtt'
import mqtt from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../shared/clock.ts'
import {
  type BrokerUnderTest,
  type Settings,
  settled,
  startBroker,
  turns,
  until,
} from '../hub/broker/broker-under-test.ts'
import { connectPacket, publishPacket, type RawClient, tcpClient } from '../hub/broker/raw-client.ts'

const MiB = 1024 * 1024

let running: (BrokerUnderTest & { clock: ManualClock; port: number }) | null = null

async function start(settings: Settings = {}) {
  const clock = new ManualClock()
  const broker = await startBroker({ clock, ...settings })
  running = { ...broker, clock, port: await broker.listen() }
  return running
}

afterEach(async () => {
  await running?.stop()
  running = null
})

async function connected(port: number, clientId: string, more = {}): Promise<RawClient> {
  const client = await tcpClient(port)
  client.send(connectPacket(clientId, more))
  await client.next('connack')
  return client
}

async function subscribed(port: number, clientId: string, topic = '#'): Promise<RawClient> {
  const client = await connected(port, clientId)
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] })
  await client.next('suback')
  return client
}

const rss = () => process.memoryUsage.rss()

function count(client: RawClient): number {
  return client.received.filter((packet) => packet.cmd === 'publish').length
}

describe('before CONNECT', () => {
  it('200 MiB close the connection at once and are not kept', async () => {
    const { port, events } = await start()
    const before = rss()
    const client = await tcpClient(port)
    client.bytes([0x10, 0xff, 0xff, 0xff, 0x7f])
    const chunk = Buffer.alloc(64 * 1024)
    let sent = 0
    while (!client.isClosed() && sent < 200 * MiB) {
      if (!client.stream.write(chunk)) await turns(1)
      sent += chunk.length
    }
    await client.closed
    expect(sent).toBeLessThan(20 * MiB)
    expect(rss() - before).toBeLessThan(60 * MiB)
    expect(events).toEqual([{ what: 'violation', clientId: null, reason: 'packet is too large' }])
  })

  it('a CONNECT that comes byte by byte is cut off after five seconds, others are not', async () => {
    const { port, clock, events } = await start()
    const good = await connected(port, 'good')
    const slow = await tcpClient(port)
    const silent = await tcpClient(port)
    for (const byte of mqtt.generate(connectPacket('slow')).subarray(0, 10)) {
      slow.bytes([byte])
      clock.advance(400)
    }
    await settled(good)
    expect([slow.isClosed(), silent.isClosed()]).toEqual([false, false])
    clock.advance(1_200)
    await Promise.all([slow.closed, silent.closed])
    await settled(good)
    expect(events.filter((event) => event.reason === 'CONNECT did not come in time')).toHaveLength(2)
  })

  it('more connections than allowed are turned away, from one address and in all', async () => {
    const { port, broker } = await start({ limits: { connectionsPerAddress: 20 } })
    const clients = await Promise.all(Array.from({ length: 60 }, () => tcpClient(port)))
    await until(() => clients.filter((client) => client.isClosed()).length === 40)
    expect(broker.stats()).toMatchObject({ connections: 20, refused: 40 })
    for (const client of clients) client.stream.destroy()
    await until(() => broker.stats().connections === 0)
    await connected(port, 'again')
  })

  it('another protocol level is answered with CONNACK 1', async () => {
    const { port } = await start()
    const client = await tcpClient(port)
    client.bytes(mqtt.generate({ ...connectPacket('a'), protocolVersion: 5 }, { protocolVersion: 5 }))
    expect((await client.next('connack')).returnCode).toBe(1)
    await client.closed
  })
})

describe('after CONNECT', () => {
  it('a packet above the limit closes its connection before its bytes are kept', async () => {
    const { port } = await start()
    const good = await connected(port, 'good')
    const before = rss()
    const clients = await Promise.all(Array.from({ length: 50 }, (_, n) => connected(port, `big-${n}`)))
    for (const client of clients) {
      client.bytes([0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x74])
      client.stream.write(Buffer.alloc(MiB))
    }
    await Promise.all(clients.map((client) => client.closed))
    expect(rss() - before).toBeLessThan(150 * MiB)
    await settled(good)
  })

  it('half a packet is cut off by the keepalive', async () => {
    const { port, events } = await start()
    const client = await connected(port, 'half', { keepalive: 1 })
    client.bytes([0x30, 100, 0, 1])
    await client.closed
    await until(() => events.length === 2)
    expect(events[1]?.reason).toBe('keep alive timeout')
  })

  it('a topic of 200 levels, a filter of 200 levels, and prototype names disturb nobody', async () => {
    const { port, broker } = await start()
    const good = await subscribed(port, 'good', 'ok')
    const deep = `${'a/'.repeat(199)}a`
    const publisher = await connected(port, 'deep-topic')
    publisher.send(publishPacket(deep))
    const subscriber = await connected(port, 'deep-filter')
    subscriber.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: deep, qos: 0 }] })
    const will = { topic: deep, payload: Buffer.from('x'), qos: 0 as const, retain: false }
    const dying = await tcpClient(port)
    dying.send(connectPacket('deep-will', { will }))
    await Promise.all([publisher.closed, subscriber.closed, dying.closed])
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const client = await connected(port, name, { username: name })
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: name, qos: 0 }] })
      client.send(publishPacket(name, { retain: true }))
      await client.next('publish')
    }
    good.send(publishPacket('ok'))
    await good.next('publish')
    expect(broker.stats().connected).toBe(4)
  })

  it('50,000 filters in one SUBSCRIBE close the connection without holding up the loop', async () => {
    const { port } = await start({ limits: { afterConnectBytes: 2 * MiB } })
    const good = await connected(port, 'good')
    const client = await connected(port, 'many')
    const subscriptions = Array.from({ length: 50_000 }, (_, n) => ({ topic: `t/${n}`, qos: 0 as const }))
    const bytes = mqtt.generate({ cmd: 'subscribe', messageId: 1, subscriptions })
    const from = performance.now()
    client.bytes(bytes)
    await client.closed
    await settled(good)
    expect(performance.now() - from).toBeLessThan(500)
  })

  it('50,000 filters in many SUBSCRIBEs end at the cap', async () => {
    const { port, broker } = await start()
    const client = await connected(port, 'many')
    const packets: Buffer[] = []
    for (let n = 0; n < 1_000; n += 1) {
      const subscriptions = Array.from({ length: 50 }, (_, m) => ({ topic: `t/${n * 50 + m}`, qos: 1 as const }))
      packets.push(mqtt.generate({ cmd: 'subscribe', messageId: 1 + (n % 60_000), subscriptions }))
    }
    client.bytes(Buffer.concat(packets))
    for (let n = 0; n < 1_000; n += 1) await client.next('suback')
    const granted = client.received.flatMap((packet) => (packet.cmd === 'suback' ? packet.granted : []))
    expect(granted.filter((code) => code === 1)).toHaveLength(64)
    expect([broker.subscribers('t/63'), broker.subscribers('t/64')]).toEqual([true, false])
  })

  it('a device that sends too fast is read more slowly, not closed, and others are served meanwhile', async () => {
    const { port, clock } = await start({ limits: { messagesPerSecond: 1_000 } })
    const good = await connected(port, 'good')
    const fast = await connected(port, 'fast')
    const packets = Array.from({ length: 60_000 }, (_, n) => publishPacket('t', { qos: 1, messageId: n + 1 }))
    fast.bytes(Buffer.concat(packets.map((packet) => mqtt.generate(packet))))
    // CONNACK, then nothing but PUBACK.
    const acks = () => fast.received.length - 1
    await until(() => acks() >= 1_000)
    await turns(200)
    const first = acks()
    expect(first).toBeLessThan(30_000)
    good.send(publishPacket('t', { qos: 1, messageId: 1 }))
    await good.next('puback')
    for (let tenth = 0; tenth < 700 && acks() < 60_000; tenth += 1) {
      clock.advance(100)
      await turns(5)
    }
    await until(() => acks() === 60_000)
    expect(fast.isClosed()).toBe(false)
  })

  it('QoS 2 messages without PUBREL are bounded, also over many sessions', async () => {
    const { port, broker } = await start({ limits: { inflightPerClient: 100, sessions: 20 } })
    for (let n = 0; n < 60; n += 1) {
      const client = await connected(port, `half-${n}`, { clean: n % 2 === 0 })
      for (let id = 1; id <= 50; id += 1) client.send(publishPacket('t', { qos: 2, messageId: id }))
      await until(() => client.received.filter((packet) => packet.cmd === 'pubrec').length === 50)
      client.stream.destroy()
    }
    await until(() => broker.stats().connected === 0)
    expect(broker.stats().sessions).toBeLessThanOrEqual(20)
  })

  it('resets in the middle of everything leave nothing behind', async () => {
    const { port, broker } = await start()
    const packet = mqtt.generate(publishPacket('t', { qos: 1, messageId: 1, payload: 'x'.repeat(500) }))
    for (let n = 0; n < 100; n += 1) {
      const client = await tcpClient(port)
      client.bytes(Buffer.concat([mqtt.generate(connectPacket(`r-${n % 10}`)), packet, packet]).subarray(0, 5 + n * 10))
      await turns(n % 7)
      const socket = client.stream as import('node:net').Socket
      socket.resetAndDestroy()
    }
    // A socket is counted off before the session that it carried.
    await until(() => broker.stats().connections === 0 && broker.stats().connected === 0)
  })
})

describe('a reader that does not read', () => {
  const payload = 'x'.repeat(60_000)

  it('holds up the others for no longer than a quarter of a second, and is closed after three', async () => {
    const { port, clock, events } = await start()
    const frozen = await subscribed(port, 'frozen')
    const good = await subscribed(port, 'good')
    frozen.stream.pause()
    const writer = await connected(port, 'writer')
    let sent = 0
    const send = () => {
      for (let n = 0; n < 5; n += 1) {
        sent += 1
        writer.send(publishPacket('t', { payload }))
      }
    }
    // Until the frozen one's buffers are full and the writer waits for it.
    for (let round = 0; round < 400 && count(good) === sent; round += 1) {
      send()
      await turns(40)
    }
    expect(count(good)).toBeLessThan(sent)
    clock.advance(400)
    await until(() => count(good) === sent, 'the good one has everything')
    expect(frozen.isClosed()).toBe(false)
    for (let round = 0; round < 5; round += 1) {
      send()
      await until(() => count(good) === sent)
    }
    clock.advance(3_000)
    await until(() => events.some((event) => event.what === 'disconnected' && event.clientId === 'frozen'))
    expect(events.some((event) => event.reason === 'reader takes no bytes')).toBe(true)
    send()
    await until(() => count(good) === sent)
  })

  it('is closed at once when too much waits for it', async () => {
    const { port, clock, broker, events } = await start({ limits: { outputBytes: MiB } })
    const frozen = await subscribed(port, 'frozen')
    frozen.stream.pause()
    const good = await subscribed(port, 'good')
    for (let n = 0; n < 300; n += 1) void broker.publish({ topic: 't', payload, qos: 0, retain: false })
    await turns(20)
    clock.advance(100)
    await until(() => events.some((event) => event.reason === 'reader is too slow'))
    expect(events.filter((event) => event.what === 'violation').map((event) => event.clientId)).toContain('frozen')
    void good
  })

  it('does not hold up the hub when it also asks for every retained message', async () => {
    const { port, clock, broker, events } = await start()
    for (let n = 0; n < 2_000; n += 1) {
      await broker.publish({ topic: `kept/${n}`, payload: 'y'.repeat(10_000), qos: 0, retain: true })
    }
    const frozen = await connected(port, 'frozen')
    frozen.stream.pause()
    frozen.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] })
    await until(() => broker.subscribers('anything'))
    await turns(500)
    const good = await subscribed(port, 'good', 'kept/1')
    await good.next('publish')
    for (let second = 0; second < 8; second += 1) {
      clock.advance(1_000)
      await turns(100)
    }
    await until(() => events.some((event) => event.what === 'disconnected' && event.clientId === 'frozen'))
    await settled(good)
  })
})

describe('what is kept for others', () => {
  it('an offline queue takes no more than its cap', async () => {
    const { port, broker } = await start()
    const client = await connected(port, 'away', { clean: false })
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] })
    await client.next('suback')
    client.stream.destroy()
    await until(() => broker.stats().connected === 0)
    for (let n = 0; n < 20_000; n += 1) await broker.publish({ topic: 't', payload: `${n}`, qos: 1, retain: false })
    expect(broker.stats()).toMatchObject({ dropped: 19_000 })
    expect(broker.stats().queuedBytes).toBeLessThan(MiB)
    const again = await connected(port, 'away', { clean: false })
    await until(() => count(again) === 1_000)
    const [first] = again.received.filter((packet) => packet.cmd === 'publish')
    expect(String(first?.payload)).toBe('19000')
  })

  it('retained topics end at their cap', async () => {
    const { port, broker } = await start()
    const client = await connected(port, 'flood')
    const packets = Array.from({ length: 12_000 }, (_, n) =>
      mqtt.generate(publishPacket(`kept/${n}`, { retain: true })),
    )
    client.bytes(Buffer.concat(packets))
    await until(() => broker.stats().retained + broker.stats().notRetained === 12_000)
    expect(broker.stats()).toMatchObject({ retained: 10_000, notRetained: 2_000 })
  })
})

describe('an ordinary client', () => {
  it('publishes and receives at every QoS, among all that', async () => {
    const { port } = await start()
    const client = connectMqtt({ port, host: '127.0.0.1', protocolVersion: 4, clientId: 'ordinary', clean: false })
    const got: string[] = []
    client.on('message', (topic, message) => void got.push(`${topic} ${String(message)}`))
    await new Promise<void>((resolve) => client.once('connect', () => resolve()))
    await client.subscribeAsync('house/#', { qos: 2 })
    for (const qos of [0, 1, 2] as const) await client.publishAsync(`house/${qos}`, 'hello', { qos })
    await until(() => got.length === 3)
    expect(got.sort()).toEqual(['house/0 hello', 'house/1 hello', 'house/2 hello'])
    await client.endAsync()
  })
})
