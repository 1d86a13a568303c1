import { afterEach, describe, expect, it } from 'vitest'
import type { BrokerHooks } from '../../../hub/broker/connection.ts'
import { BrokerPersistence } from '../../../hub/broker/persistence.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { type BrokerUnderTest, settled, startBroker, turns, until } from './broker-under-test.ts'
import { connectPacket, publishPacket } from './raw-client.ts'

let running: BrokerUnderTest | null = null

async function start(hooks: Partial<BrokerHooks>, clock = new ManualClock()) {
  running = await startBroker({ hooks, clock })
  return { ...running, clock }
}

afterEach(async () => {
  await running?.stop()
  running = null
})

const thrown = () => {
  throw new Error('the hook threw')
}
const rejected = () => Promise.reject(new Error('the hook rejected'))
const silent = () => new Promise<never>(() => {})

describe('a hook that fails', () => {
  it.each([
    ['throws', thrown],
    ['rejects', rejected],
  ])('authenticate %s: CONNACK 3, and the next client is served', async (_name, fail) => {
    let first = true
    const { open, broker } = await start({
      authenticate: () => {
        if (!first) return { accept: null }
        first = false
        return fail()
      },
    })
    const client = open()
    client.send(connectPacket('a'))
    expect((await client.next('connack')).returnCode).toBe(3)
    await client.closed
    const other = open()
    other.send(connectPacket('b'))
    expect((await other.next('connack')).returnCode).toBe(0)
    expect(broker.stats().hookFailures).toEqual({ authenticate: 1 })
  })

  it('authenticate never answers: CONNACK 3 after five seconds', async () => {
    let asked = false
    const { open, clock, broker } = await start({
      authenticate: () => {
        asked = true
        return silent()
      },
    })
    const client = open()
    client.send(connectPacket('a'))
    await until(() => asked)
    clock.advance(4_900)
    await turns(20)
    expect(client.received).toEqual([])
    clock.advance(200)
    expect((await client.next('connack')).returnCode).toBe(3)
    expect(broker.stats().hookFailures).toEqual({ authenticate: 1 })
  })

  it.each([
    ['throws', thrown],
    ['rejects', rejected as never],
  ])('publish %s: no PUBACK, that client is closed, others are served', async (_name, fail) => {
    const { connect, broker } = await start({
      publish: (_c, message, settle) => (message.topic === 'bad' ? fail() : settle('deliver')),
    })
    const good = await connect('good')
    const bad = await connect('bad')
    bad.send(publishPacket('bad', { qos: 1, messageId: 1 }))
    await bad.closed
    expect(bad.received.some((packet) => packet.cmd === 'puback')).toBe(false)
    good.send(publishPacket('t', { qos: 1, messageId: 1 }))
    await good.next('puback')
    expect(broker.stats().hookFailures).toEqual({ publish: 1 })
  })

  it('publish is never settled: the client is closed after five seconds, and its will still asked about', async () => {
    const asked: string[] = []
    const { connect, clock, broker, events } = await start({
      publish: (_c, message, settle) => {
        asked.push(message.topic)
        if (message.will) settle('absorb')
      },
    })
    const will = { topic: 'w', payload: Buffer.from('x'), qos: 0 as const, retain: false }
    const client = await connect('a', { will })
    client.send(publishPacket('t', { qos: 1, messageId: 1 }))
    await settled(client)
    for (let second = 0; second < 4; second += 1) clock.advance(1_000)
    await settled(client)
    clock.advance(1_200)
    await client.closed
    await until(() => events.some((event) => event.what === 'disconnected'))
    expect(asked).toEqual(['t', 'w'])
    expect(events.at(-1)?.reason).toBe('the hub did not answer')
    expect(broker.stats().hookFailures).toEqual({ publish: 1 })
  })

  it.each([
    ['throws', thrown],
    ['rejects', rejected as never],
  ])('subscribe %s: SUBACK 0x80, the connection stays', async (_name, fail) => {
    const { connect } = await start({ subscribe: fail })
    const client = await connect('a')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 0 }] })
    expect((await client.next('suback')).granted).toEqual([128])
    await settled(client)
  })

  it.each([
    ['throws', thrown],
    ['rejects', rejected as never],
  ])('forward %s: nothing is delivered, the connection stays', async (_name, fail) => {
    const { connect } = await start({ forward: fail })
    const client = await connect('a')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 1 }] })
    await client.next('suback')
    client.send(publishPacket('t', { qos: 1, messageId: 1 }))
    await client.next('puback')
    await settled(client)
    expect(client.received.some((packet) => packet.cmd === 'publish')).toBe(false)
  })

  it('an answer that is no verdict refuses', async () => {
    const nothing = () => undefined as never
    const under = await start({
      authenticate: (_c, { clientId }) => (clientId === 'bad' ? nothing() : { accept: null }),
      subscribe: nothing,
      publish: (_c, _m, settle) => settle(nothing()),
    })
    const bad = under.open()
    bad.send(connectPacket('bad'))
    expect((await bad.next('connack')).returnCode).toBe(3)
    const client = await under.connect('a')
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 0 }] })
    expect((await client.next('suback')).granted).toEqual([128])
    client.send(publishPacket('t', { qos: 1, messageId: 1 }))
    await client.closed
    expect(client.received.some((packet) => packet.cmd === 'puback')).toBe(false)
  })

  it('connected, disconnected and violation throw: nobody notices but the counters', async () => {
    const { connect, open, broker } = await start({
      connected: thrown,
      disconnected: rejected as never,
      violation: thrown,
    })
    const client = await connect('a')
    await settled(client)
    client.send({ cmd: 'disconnect' })
    await client.closed
    open().bytes([0, 0])
    await until(() => Object.keys(broker.stats().hookFailures).length === 3)
  })

  it('settles late, twice and after the end without harm', async () => {
    const settles: ((verdict: 'deliver') => void)[] = []
    const { connect, broker } = await start({ publish: (_c, _m, settle) => void settles.push(settle) })
    const client = await connect('a')
    client.send(publishPacket('t', { qos: 1, messageId: 1 }))
    client.send(publishPacket('t', { qos: 0 }))
    await settled(client)
    client.stream.destroy()
    await until(() => broker.stats().connected === 0)
    for (const settle of [...settles, ...settles]) settle('deliver')
    await turns(20)
    expect((await connect('b')).received).toHaveLength(1)
  })
})

describe('a persistence that fails', () => {
  const clock = new ManualClock()

  it('is not ours: no method rejects or throws for what does not exist', async () => {
    const persistence = new BrokerPersistence({ clock })
    await persistence.setup({ id: 'b' })
    const client = { id: 'nobody' }
    const packet = { cmd: 'publish', topic: 't', payload: Buffer.from('x'), qos: 1 as const, retain: false, dup: false }
    await persistence.outgoingUpdate(client, { ...packet, messageId: 5 })
    await persistence.outgoingUpdate(client, { ...packet, cmd: 'pubrel', messageId: 5 })
    await persistence.outgoingClearMessageId(client, packet)
    await persistence.removeSubscriptions(client, ['t'])
    await persistence.cleanSubscriptions(client)
    await persistence.cleanIncoming(client)
    await persistence.delWill(client)
    expect(await persistence.subscriptionsByTopic('t')).toEqual([])
    expect(await persistence.outgoingStream(client).toArray()).toEqual([])
    persistence.leave('nobody', 1)
    persistence.discard('nobody', packet)
    expect(persistence.claimLive('nobody', packet)).toBe(true)
  })
})
