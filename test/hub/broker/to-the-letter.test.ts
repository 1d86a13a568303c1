import mqtt from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import type { BrokerHooks } from '../../../hub/broker/connection.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { type Log, silentLog } from '../../../shared/log.ts'
import { settled, turns, until } from './broker-under-test.ts'
import { oneBroker, payloads } from './one-broker.ts'
import { connectPacket, publishPacket, type RawClient } from './raw-client.ts'

const start = oneBroker()

async function subscribed(client: RawClient, topic: string, qos: 0 | 1 | 2): Promise<void> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] })
  await client.next('suback')
}

/** Each message of a client and whether it came as a retained one. */
function messagesOf(client: RawClient): string[] {
  return client.received.flatMap((packet) =>
    packet.cmd === 'publish' ? `${packet.payload} ${packet.retain ? 'retained' : 'live'}` : [],
  )
}

describe('acknowledgements of a client', () => {
  /** A client that was sent one message of this QoS, and its packet id. */
  async function withMessage(qos: 1 | 2, clean = true) {
    const under = await start()
    const client = await under.connect('reader', { clean })
    await subscribed(client, 't', qos)
    const sender = await under.connect('sender')
    sender.send(publishPacket('t', { qos, messageId: 9 }))
    const { messageId = 0 } = await client.next('publish')
    return { under, client, messageId }
  }

  it.each([
    ['PUBREC', 'pubrec', 1],
    ['PUBCOMP', 'pubcomp', 1],
    ['PUBACK', 'puback', 2],
    ['PUBCOMP before PUBREC', 'pubcomp', 2],
  ] as const)('%s ends the connection of whoever sends it for a wrong QoS [MQTT-4.8.0-1]', async (_name, cmd, qos) => {
    for (const clean of [true, false]) {
      const { under, client, messageId } = await withMessage(qos, clean)
      client.send({ cmd, messageId })
      await client.closed
      expect(under.events.find(({ what }) => what === 'violation')?.reason).toMatch(/came where \w+ is due$/)
      await under.stop()
    }
  })

  it('PUBACK for a PUBREL ends the connection [MQTT-4.8.0-1]', async () => {
    const { client, messageId } = await withMessage(2)
    client.send({ cmd: 'pubrec', messageId })
    await client.next('pubrel')
    client.send({ cmd: 'puback', messageId })
    await client.closed
  })

  it('are taken in their order, also when PUBREC comes twice or an id is not known [MQTT-4.3.3-2]', async () => {
    const { client, messageId } = await withMessage(2)
    client.send({ cmd: 'pubrec', messageId })
    await client.next('pubrel')
    client.send({ cmd: 'pubrec', messageId })
    await client.next('pubrel')
    client.send({ cmd: 'pubcomp', messageId })
    client.send({ cmd: 'pubcomp', messageId })
    client.send({ cmd: 'puback', messageId: 4_711 })
    await settled(client)
    expect(client.isClosed()).toBe(false)
  })

  it('of an earlier connection are forgiven', async () => {
    const { under, client, messageId } = await withMessage(2, false)
    client.send({ cmd: 'pubrec', messageId })
    await client.next('pubrel')
    client.stream.destroy()
    await client.closed
    const again = await under.connect('reader', { clean: false })
    expect((await again.next('pubrel')).messageId).toBe(messageId)
    again.send({ cmd: 'pubcomp', messageId })
    await settled(again)
    expect(again.isClosed()).toBe(false)
  })
})

describe('packet ids', () => {
  it('begin at 1 on every connection and count up [MQTT-2.3.1-1]', async () => {
    const under = await start()
    for (let round = 0; round < 3; round += 1) {
      const client = await under.connect('reader')
      await subscribed(client, 't', 1)
      for (let n = 0; n < 3; n += 1) void under.broker.publish({ topic: 't', payload: 'x', qos: 1, retain: false })
      await settled(client)
      expect(client.received.filter(({ cmd }) => cmd === 'publish').map(({ messageId }) => messageId)).toEqual([
        1, 2, 3,
      ])
    }
  })

  it('are never given to two messages at a time: who acknowledges none of 65,535 is closed [MQTT-2.3.1-4]', async () => {
    const under = await start({ clock: new ManualClock() })
    const client = await under.connect('reader')
    await subscribed(client, 't', 1)
    for (let n = 0; n < 65_536; n += 1) {
      void under.broker.publish({ topic: 't', payload: '', qos: 1, retain: false }).catch(() => {})
      if (n % 500 === 0) await turns(2)
    }
    await client.closed
    const ids = client.received.filter(({ cmd }) => cmd === 'publish').map(({ messageId }) => messageId)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('a retained message', () => {
  it('that is published while a SUBSCRIBE arrives reaches the new subscriber once', async () => {
    const under = await start()
    const seen = new Set<string>()
    for (let delay = 0; delay < 12; delay += 1) {
      for (const clean of [true, false]) {
        for (const retainedFirst of [true, false]) {
          const name = `${delay}-${clean}-${retainedFirst}`
          const client = await under.connect(`reader-${name}`, { clean })
          const steps = [
            () => void under.broker.publish({ topic: name, payload: 'new', qos: 1, retain: true }),
            () => client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: name, qos: 1 }] }),
          ]
          if (!retainedFirst) steps.reverse()
          steps[0]?.()
          for (let tick = 0; tick < delay; tick += 1) await (delay % 2 ? Promise.resolve() : turns(1))
          steps[1]?.()
          await client.next('publish')
          await settled(client)
          expect([name, payloads(client.received)]).toEqual([name, ['new']])
          const [message] = client.received.filter(({ cmd }) => cmd === 'publish') as { retain: boolean }[]
          seen.add(message?.retain ? 'retained' : 'live')
        }
      }
    }
    expect(seen).toEqual(new Set(['retained', 'live']))
  })

  describe.each([0, 1, 2] as const)('of QoS %i', (qos) => {
    it.each([
      ['at once', false],
      ['late', true],
    ])(
      'comes back retained to a client that subscribes right behind it, when it is allowed %s [MQTT-3.3.1-8]',
      async (_when, late) => {
        const waiting: (() => void)[] = []
        const publish: BrokerHooks['publish'] = (_connection, _message, settle) => {
          if (late) waiting.push(() => settle('deliver'))
          else settle('deliver')
        }
        const under = await start({ hooks: { publish } })
        const client = await under.connect('one')
        client.bytes(
          Buffer.concat([
            mqtt.generate(publishPacket('t', { qos, messageId: 7, retain: true, payload: 'before' })),
            mqtt.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos }] }),
            mqtt.generate(publishPacket('t', { qos, messageId: 8, payload: 'behind' })),
          ]),
        )
        if (late) {
          await until(() => waiting.length === 1)
          await turns(20)
          expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack'])
          waiting.shift()?.()
          await until(() => waiting.length === 1)
          await client.next('publish')
          waiting.shift()?.()
        } else await client.next('publish')
        await settled(client)
        expect(messagesOf(client).sort()).toEqual(['before retained', 'behind live'])
      },
    )
  })

  it('that is not delivered holds no SUBSCRIBE up, whatever became of it', async () => {
    const publish: BrokerHooks['publish'] = (_connection, _message, settle) => settle('absorb')
    const under = await start({ hooks: { publish } })
    const client = await under.connect('one')
    const retained = { messageId: 7, retain: true } as const
    for (const packet of [
      publishPacket('t', { ...retained, qos: 1 }),
      publishPacket('t', { ...retained, qos: 2 }),
      publishPacket('t', { ...retained, qos: 2, dup: true }),
      publishPacket('$SYS/order', { ...retained, qos: 1 }),
      publishPacket('t', { retain: true }),
    ]) {
      client.bytes(
        Buffer.concat([
          mqtt.generate(packet),
          mqtt.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 0 }] }),
        ]),
      )
      await client.next('suback')
    }
    expect(messagesOf(client)).toEqual([])
  })

  it('counts for a SUBSCRIBE also when the client ends right behind it', async () => {
    let allow = () => {}
    const publish: BrokerHooks['publish'] = (_connection, _message, settle) => {
      allow = () => settle('deliver')
    }
    const under = await start({ hooks: { publish } })
    const client = await under.connect('one', { clean: false })
    client.bytes(
      Buffer.concat([
        mqtt.generate(publishPacket('t', { qos: 1, messageId: 7, retain: true })),
        mqtt.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] }),
      ]),
    )
    client.end()
    await turns(20)
    allow()
    await client.closed
    const again = await under.connect('one', { clean: false })
    await under.broker.publish({ topic: 't', payload: 'later', qos: 1, retain: false })
    await until(() => messagesOf(again).includes('later live'))
  })

  it('is sent again for a filter that is held already, whatever its QoS [MQTT-3.8.4-3]', async () => {
    const under = await start()
    const client = await under.connect('reader')
    await subscribed(client, 't', 2)
    await under.broker.publish({ topic: 't', payload: 'one', qos: 1, retain: true })
    for (const qos of [2, 1, 1, 0, 0] as const) await subscribed(client, 't', qos)
    await subscribed(client, '#', 0)
    await settled(client)
    const flags = client.received
      .filter(({ cmd }) => cmd === 'publish')
      .map((packet) => 'retain' in packet && packet.retain)
    expect(flags).toEqual([false, true, true, true, true, true, true])
  })
})

describe('a client of another protocol version', () => {
  it.each([
    ['MQTT 5', { protocolVersion: 5 }, /^MQTT 5 is not spoken here: set the client to MQTT 3\.1\.1/],
    ['MQTT 3.1', { protocolId: 'MQIsdp', protocolVersion: 3 }, /^MQTT 3\.1 is not spoken here: set the client to/],
  ] as const)('%s gets CONNACK 1, and the log says the remedy [MQTT-3.1.2-2]', async (_name, version, reason) => {
    const lines: unknown[] = []
    const log: Log = { ...silentLog, warn: (fields) => void lines.push(fields), part: () => log }
    const under = await start({ log })
    const client = under.open()
    client.send(connectPacket('a', version))
    expect(await client.next('connack')).toMatchObject({ returnCode: 1 })
    await client.closed
    expect(lines).toMatchObject([{ reason: expect.stringMatching(reason) }])
  })
})

describe('a keepalive', () => {
  it.each([0, 1_000, 65_535])(
    'of %d s is taken, and silence alone is not the end [MQTT-3.1.2-24]',
    async (keepalive) => {
      const under = await start()
      const client = await under.connect('a', { keepalive })
      await turns(20)
      await settled(client)
      expect(client.isClosed()).toBe(false)
    },
  )
})

describe('a topic with an empty level', () => {
  it('is a topic like any other: published, retained, and matched [MQTT-4.7.1-3]', async () => {
    const under = await start()
    const client = await under.connect('a')
    const topics = ['/', '/a', 'a/', 'a//b']
    for (const topic of topics) client.send(publishPacket(topic, { payload: topic, retain: true }))
    await subscribed(client, '#', 0)
    await until(() => payloads(client.received).length === topics.length)
    expect(new Set(payloads(client.received))).toEqual(new Set(topics))
    expect(client.isClosed()).toBe(false)
  })
})
