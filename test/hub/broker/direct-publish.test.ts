import fc from 'fast-check'
import mqtt, { type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import type { InboundPublish, PublishVerdict } from '../../../hub/broker/connection.ts'
import { DirectPublish, type DirectPublishParts } from '../../../hub/broker/direct-publish.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import { settled, startBroker, turns, until } from './broker-under-test.ts'
import { oneBroker, payloads } from './one-broker.ts'
import { publishPacket } from './raw-client.ts'

const start = oneBroker()

const together = (...packets: Packet[]) => Buffer.concat(packets.map((packet) => mqtt.generate(packet)))

/** Packets of every kind that a client may send at any time, with payloads that tell their place. */
const traffic = fc
  .array(
    fc.record({
      kind: fc.constantFrom('publish', 'publish', 'publish', 'ping', 'subscribe', 'unsubscribe'),
      qos: fc.constantFrom(0 as const, 1 as const, 1 as const, 2 as const),
      topic: fc.constantFrom('a', 'a', 'a/b', 'grün/b', 'a'.repeat(200)),
      retain: fc.boolean(),
      padding: fc.constantFrom(0, 1, 120, 20_000),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((items) =>
    items.map(({ kind, qos, topic, retain, padding }, index): Packet => {
      const messageId = index + 1
      if (kind === 'ping') return { cmd: 'pingreq' }
      if (kind === 'subscribe') return { cmd: 'subscribe', messageId, subscriptions: [{ topic: 'else', qos: 1 }] }
      if (kind === 'unsubscribe') return { cmd: 'unsubscribe', messageId, unsubscriptions: ['else'] }
      return publishPacket(topic, { qos, retain, payload: `${index} ${'.'.repeat(padding)}`, messageId })
    }),
  )

function pieces(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort((a, b) => a - b)
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place))
}

describe('publishes that do not pass through Aedes', () => {
  it('are asked about and acknowledged in the order sent, however the bytes are cut', async () => {
    const cases = fc.asyncProperty(
      traffic,
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.boolean(),
      async (sent, cuts, pause) => {
        const asked: InboundPublish[] = []
        const running = await startBroker({
          hooks: {
            publish(_connection, message, settle) {
              asked.push({ ...message, payload: Buffer.from(message.payload) })
              if (asked.length % 3 === 0) setImmediate(() => settle('absorb'))
              else settle('absorb')
            },
          },
        })
        try {
          const client = await running.connect('a')
          for (const piece of pieces(together(...sent), cuts)) {
            client.bytes(piece)
            if (pause) await turns(1)
          }
          const publishes = sent.filter((packet) => packet.cmd === 'publish')
          const toAcknowledge = publishes.filter(({ qos }) => qos > 0).map(({ messageId }) => messageId)
          const acks = () => client.received.filter(({ cmd }) => cmd === 'puback' || cmd === 'pubrec')
          await until(() => asked.length === publishes.length && acks().length === toAcknowledge.length, 'all answered')
          const shown = ({
            topic,
            payload,
            qos,
            retain,
          }: Pick<InboundPublish, 'topic' | 'qos' | 'retain'> & { payload: unknown }) =>
            `${topic} ${qos} ${retain} ${payload}`
          expect(asked.map(shown)).toEqual(publishes.map(shown))
          const ids = (cmd: 'puback' | 'pubrec') => client.received.flatMap((p) => (p.cmd === cmd ? [p.messageId] : []))
          const wanted = (level: number) => publishes.flatMap((p) => (p.qos === level ? [p.messageId] : []))
          expect(ids('puback')).toEqual(wanted(1))
          expect(ids('pubrec')).toEqual(wanted(2))
        } finally {
          await running.stop()
        }
      },
    )
    await fc.assert(cases, { numRuns: 200 })
  })

  it('reach readers in the order sent, those of one QoS among each other', async () => {
    const { connect } = await start()
    const reader = await connect('reader')
    reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] })
    await reader.next('suback')
    const client = await connect('a')
    await settled(client)
    const sent = Array.from({ length: 40 }, (_, index) =>
      publishPacket('t', {
        qos: ([1, 0, 2, 1] as const)[index % 4] ?? 0,
        messageId: index + 1,
        payload: String(index),
      }),
    )
    client.bytes(together(...sent))
    await until(() => payloads(reader.received).length === sent.length)
    for (const level of [0, 1, 2]) {
      const those = (texts: string[]) => texts.filter((text) => sent[Number(text)]?.qos === level)
      expect(those(payloads(reader.received))).toEqual(those(sent.map(({ payload }) => String(payload))))
    }
  })

  it('keep the client alive', async () => {
    const { connect } = await start()
    const client = await connect('a', { keepalive: 1 })
    for (let time = 0; time < 5; time += 1) {
      await wait(systemClock, 500)
      client.send(publishPacket('t', { qos: 1, messageId: time + 1 }))
      await client.next('puback')
    }
    expect(client.isClosed()).toBe(false)
  })

  it('are not asked about behind one that closes the connection', async () => {
    const asked: string[] = []
    const { connect } = await start({
      hooks: {
        publish(_connection, { topic }, settle) {
          asked.push(topic)
          settle(topic === 'bad' ? 'close' : 'absorb')
        },
      },
    })
    const client = await connect('a')
    await settled(client)
    const good = publishPacket('good', { qos: 1, messageId: 1 })
    client.bytes(together(good, publishPacket('bad', { qos: 1, messageId: 2 }), { ...good, messageId: 3 }))
    await client.closed
    expect(asked).toEqual(['good', 'bad'])
  })

  it('get no PUBACK when the connection closed before their verdict', async () => {
    const asked: ((verdict: PublishVerdict) => void)[] = []
    const { connect, events } = await start({ hooks: { publish: (_c, _m, settle) => void asked.push(settle) } })
    const client = await connect('a')
    client.send(publishPacket('t', { qos: 1, messageId: 1 }))
    await until(() => asked.length === 1)
    client.stream.destroy()
    await until(() => events.some(({ what }) => what === 'disconnected'))
    asked[0]?.('deliver')
    const other = await connect('b')
    await settled(other)
    expect(other.isClosed()).toBe(false)
  })

  it('find in the pinned Aedes what they rely on, and leave everything to one that has it not', async () => {
    const running = await start()
    const taken: number[] = []
    const { take } = DirectPublish.prototype
    DirectPublish.prototype.take = function (bytes, end) {
      const count = take.call(this, bytes, end)
      taken.push(count)
      return count
    }
    try {
      const client = await running.connect('a')
      // What comes while the client is being registered is Aedes' own.
      await settled()
      taken.length = 0
      client.send(publishPacket('t', { qos: 1, payload: 'x', messageId: 1 }))
      await until(() => taken.length > 0)
      expect(taken).toEqual([mqtt.generate(publishPacket('t', { qos: 1, payload: 'x', messageId: 1 })).length])
    } finally {
      DirectPublish.prototype.take = take
    }
    const stranger = new DirectPublish({ client: { connected: true } } as unknown as DirectPublishParts)
    const bytes = mqtt.generate(publishPacket('t', { qos: 0, payload: 'x' }))
    expect(stranger.take(bytes, bytes.length)).toBe(0)
  })
})
