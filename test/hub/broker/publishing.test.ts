import { describe, expect, it } from 'vitest'
import type { PublishVerdict } from '../../../hub/broker/connection.ts'
import { settled, until } from './broker-under-test.ts'
import { noting, oneBroker, payloads } from './one-broker.ts'
import { publishPacket } from './raw-client.ts'

const start = oneBroker()

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
