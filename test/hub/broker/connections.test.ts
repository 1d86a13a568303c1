import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { InboundPublish } from '../../../hub/broker/connection.ts'
import { settled, turns, until } from './broker-under-test.ts'
import { noting, oneBroker } from './one-broker.ts'
import { connectPacket, publishPacket } from './raw-client.ts'

const start = oneBroker()

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
