import mqtt from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { settled, until } from './broker-under-test.ts'
import { oneBroker, payloads } from './one-broker.ts'
import { connectPacket, publishPacket } from './raw-client.ts'

const start = oneBroker()

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

  it.each([true, false])(
    'gives each filter as sent its return code, also one named twice (clean session %s)',
    async (clean) => {
      const asked: string[] = []
      const { connect } = await start({
        hooks: {
          subscribe(_c, filter, qos) {
            asked.push(`${filter} ${qos}`)
            return filter === 'no' || (filter === 'last' && qos === 2) ? 'deny' : qos
          },
        },
      })
      const client = await connect('a', { clean })
      const sent = ['t 0', 'no 1', 't 2', 'u 1', 'no 0', 'last 1', 't 1', 'last 2'].map((text) => text.split(' '))
      client.send({
        cmd: 'subscribe',
        messageId: 0x0102,
        subscriptions: sent.map(([topic = '', qos]) => ({ topic, qos: Number(qos) as 0 | 1 | 2 })),
      })
      const suback = await client.next('suback')
      expect(suback).toMatchObject({ messageId: 0x0102, granted: [0, 128, 2, 1, 128, 1, 1, 128] })
      expect(asked).toHaveLength(8)
      for (const topic of ['t', 'no', 'last'])
        client.send(publishPacket(topic, { qos: 1, messageId: 1, payload: topic }))
      await settled(client)
      const got = client.received.filter((packet) => packet.cmd === 'publish')
      // Of equal filters the last counts.
      expect(got.map(({ topic, qos }) => `${topic} ${qos}`)).toEqual(['t 1'])
    },
  )

  it('mends the SUBACK wherever it stands among other packets, and no other', async () => {
    const { open } = await start({ limits: { filtersPerClient: 200 } })
    const client = open()
    const subscribe = (messageId: number, ...topics: string[]) =>
      mqtt.generate({ cmd: 'subscribe', messageId, subscriptions: topics.map((topic) => ({ topic, qos: 1 as const })) })
    const many = Array.from({ length: 130 }, (_, index) => (index % 2 ? 'big' : 't'))
    client.bytes(
      Buffer.concat([
        mqtt.generate(connectPacket('a')),
        subscribe(1, 'big'),
        mqtt.generate(publishPacket('big', { qos: 2, messageId: 9, payload: 'x'.repeat(200_000) })),
        mqtt.generate({ cmd: 'pingreq' }),
        subscribe(2, ...many),
        subscribe(3, 't', 'u'),
        subscribe(4, 't', 't'),
        mqtt.generate({ cmd: 'pingreq' }),
      ]),
    )
    await client.next('connack')
    await settled(client)
    const subacks = client.received.filter((packet) => packet.cmd === 'suback')
    expect(subacks.map(({ messageId, granted }) => [messageId, granted.length])).toEqual([
      [1, 1],
      [2, 130],
      [3, 2],
      [4, 2],
    ])
    expect(client.received.filter((packet) => packet.cmd === 'publish').map(({ payload }) => payload.length)).toEqual([
      200_000,
    ])
    expect(client.received.filter((packet) => packet.cmd === 'pingresp')).toHaveLength(4)
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

  it('matches empty levels with + [MQTT-4.7.1-3]', async () => {
    const { connect } = await start()
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
