import { describe, expect, it } from 'vitest'
import type { Dropped } from '../../../hub/broker/broker-counters.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { settled, turns, until } from './broker-under-test.ts'
import { oneBroker, payloads } from './one-broker.ts'
import { connectPacket, type RawClient, tcpClient } from './raw-client.ts'

const start = oneBroker()
const MiB = 1024 * 1024
const PAYLOAD = 'x'.repeat(10_000)

async function subscribed(port: number, clientId: string, qos: 0 | 1 = 0): Promise<RawClient> {
  const client = await tcpClient(port)
  client.send(connectPacket(clientId))
  await client.next('connack')
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos }] })
  await client.next('suback')
  return client
}

async function setUp() {
  const clock = new ManualClock()
  const drops: Dropped[] = []
  const limits = { outputBytes: 8 * MiB, stallMs: 250, drainTimeoutMs: 30_000 }
  const { broker, events, listen } = await start({ clock, limits, onDropped: (drop) => void drops.push(drop) })
  const publish = (count: number, qos: 0 | 1 = 0) => {
    for (let n = 0; n < count; n += 1) void broker.publish({ topic: 't', payload: PAYLOAD, qos, retain: false })
  }
  return { clock, broker, events, drops, publish, port: await listen() }
}

const isClosed = (events: { what: string; clientId: string | null }[], clientId: string) =>
  events.some((event) => event.what === 'disconnected' && event.clientId === clientId)

describe('QoS 0 messages for a connection that does not read', () => {
  it('are counted once it is closed, for it and in all, and not those that it got or others read', async () => {
    const { clock, broker, events, drops, publish, port } = await setUp()
    const frozen = await subscribed(port, 'frozen')
    const good = await subscribed(port, 'good')
    frozen.stream.pause()
    publish(700)
    for (let round = 0; round < 3; round += 1) {
      clock.advance(200)
      await turns(50)
    }
    await until(() => payloads(good.received).length === 700)
    expect(broker.stats()).toMatchObject({ unread: 0, slowReaders: [] })
    clock.advance(31_000)
    await until(() => isClosed(events, 'frozen'))
    const { unread, slowReaders } = broker.stats()
    expect(unread).toBeGreaterThan(0)
    expect(slowReaders).toEqual([{ clientId: 'frozen', remote: '127.0.0.1', messages: unread, at: expect.any(Number) }])
    expect(drops).toEqual([{ owner: 'frozen', clientId: 'frozen', remote: '127.0.0.1', messages: unread }])
    frozen.stream.resume()
    await frozen.closed
    const got = payloads(frozen.received).length
    // What was in the socket's hands may have gone out in part: no more than the seven that it is given at a time.
    expect(got + unread).toBeLessThanOrEqual(700 + 7)
    expect(good.isClosed()).toBe(false)
  })

  it('are counted when too much waits at once, with those that were not even handed on', async () => {
    const { clock, broker, events, publish, port } = await setUp()
    const frozen = await subscribed(port, 'frozen')
    frozen.stream.pause()
    publish(2_000)
    await turns(100)
    clock.advance(100)
    await until(() => isClosed(events, 'frozen'))
    expect(events).toContainEqual(expect.objectContaining({ what: 'violation', reason: 'reader is too slow' }))
    const { unread } = broker.stats()
    // The limit itself: 8 MiB of 10 kB each.
    expect(unread).toBeGreaterThan(800)
    expect(unread).toBeLessThanOrEqual(2_000)
  })

  it('are counted when the reader is gone before its time is over', async () => {
    const { clock, broker, events, publish, port } = await setUp()
    const frozen = await subscribed(port, 'frozen')
    frozen.stream.pause()
    publish(700)
    for (let round = 0; round < 3; round += 1) {
      clock.advance(200)
      await turns(50)
    }
    frozen.stream.destroy()
    await until(() => isClosed(events, 'frozen'))
    expect(broker.stats().unread).toBeGreaterThan(0)
  })

  it('are none where everybody reads, or where the messages are owed', async () => {
    const { clock, broker, events, publish, port } = await setUp()
    const good = await subscribed(port, 'good')
    publish(50)
    await settled(good)
    good.stream.destroy()
    await until(() => isClosed(events, 'good'))
    const owed = await subscribed(port, 'owed', 1)
    owed.stream.pause()
    publish(700, 1)
    for (let round = 0; round < 3; round += 1) {
      clock.advance(200)
      await turns(50)
    }
    clock.advance(31_000)
    await until(() => isClosed(events, 'owed'))
    expect(broker.stats().unread).toBe(0)
  })
})
