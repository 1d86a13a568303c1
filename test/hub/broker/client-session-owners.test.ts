import { describe, expect, it } from 'vitest'
import type { AuthVerdict, ConnectRequest } from '../../../hub/broker/connection.ts'
import { BrokerPersistence } from '../../../hub/broker/persistence.ts'
import { clientSessionKey } from '../../../hub/engine/client-session-key.ts'
import { systemClock } from '../../../shared/clock.ts'
import { type BrokerUnderTest, settled } from './broker-under-test.ts'
import { oneBroker, payloads } from './one-broker.ts'
import { connectPacket, publishPacket, type RawClient } from './raw-client.ts'

const start = oneBroker()

/** Everybody is who the user name says. */
const byName = {
  authenticate: ({ username = '' }: ConnectRequest): AuthVerdict => ({
    accept: username,
    owner: username,
    clientId: `${username}.x`,
  }),
}
const hooks = { authenticate: (_connection: unknown, request: ConnectRequest) => byName.authenticate(request) }

function enter(under: BrokerUnderTest, username: string, clientId: string, clean = true): RawClient {
  const client = under.open()
  client.send(connectPacket(clientId, { clean, username, password: Buffer.from('x') }))
  return client
}

async function admitted(under: BrokerUnderTest, username: string, clientId: string, clean = true) {
  const client = enter(under, username, clientId, clean)
  const { returnCode, sessionPresent } = await client.next('connack')
  expect(returnCode).toBe(0)
  return { client, sessionPresent }
}

async function subscribe(client: RawClient, topic: string): Promise<void> {
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] })
  await client.next('suback')
}

describe('a client id belongs to its principal', () => {
  it('so another principal under the same id throws nobody out, and its own older connection does', async () => {
    const under = await start({ hooks })
    const { client: anna } = await admitted(under, 'anna', 'homeassistant')
    const { client: ben } = await admitted(under, 'ben', 'homeassistant')
    await settled(anna, ben)
    expect(anna.isClosed()).toBe(false)
    await admitted(under, 'anna', 'homeassistant')
    await anna.closed
    await settled(ben)
    expect(under.broker.stats()).toMatchObject({ connected: 2, takeovers: 1 })
  })

  it("so another principal's session, filters and queue are neither found nor ended under the same id", async () => {
    const under = await start({ hooks })
    const { client: anna } = await admitted(under, 'anna', 'shared', false)
    await subscribe(anna, 't')
    anna.send({ cmd: 'disconnect' })
    await anna.closed
    await under.broker.publish({ topic: 't', payload: 'for anna', qos: 1, retain: false })
    const { client: ben, sessionPresent } = await admitted(under, 'ben', 'shared', false)
    expect(sessionPresent).toBe(false)
    await settled(ben)
    expect(payloads(ben.received)).toEqual([])
    await admitted(under, 'ben', 'shared', true)
    const again = await admitted(under, 'anna', 'shared', false)
    expect(again.sessionPresent).toBe(true)
    await settled(again.client)
    expect(payloads(again.client.received)).toEqual(['for anna'])
  })

  it('so an answer reaches the one it is for, here or away, and nobody with the same id', async () => {
    const under = await start({ hooks })
    const clients = await Promise.all(
      ['anna', 'ben'].map(async (who) => {
        const { client } = await admitted(under, who, 'shared', false)
        await subscribe(client, 'answers/shared/#')
        return client
      }),
    )
    const answer = (payload: string) =>
      under.broker.publish({
        topic: 'answers/shared/x',
        payload,
        qos: 1,
        retain: false,
        to: clientSessionKey('anna', 'shared'),
      })
    await answer('here')
    await settled(...clients)
    expect(clients.map((client) => payloads(client.received))).toEqual([['here'], []])
    for (const client of clients) {
      client.send({ cmd: 'disconnect' })
      await client.closed
    }
    await answer('away')
    const later = await Promise.all(['anna', 'ben'].map((who) => admitted(under, who, 'shared', false)))
    await settled(...later.map(({ client }) => client))
    expect(later.map(({ client }) => payloads(client.received).includes('away'))).toEqual([true, false])
  })

  it('also one that the client left to the server', async () => {
    const seen: string[] = []
    const connected = ({ clientId }: { clientId: string }) => void seen.push(clientId)
    const under = await start({ hooks: { ...hooks, connected } })
    await admitted(under, 'anna', '')
    expect(seen).toEqual(['anna.x'])
  })
})

describe('a principal has its share', () => {
  it('of connections: beyond it CONNACK 3, while others and its own takeover get in', async () => {
    const under = await start({ hooks, limits: { connectionsPerOwner: 3 } })
    for (const clientId of ['a', 'b', 'c']) await admitted(under, 'anna', clientId)
    const { returnCode } = await enter(under, 'anna', 'd').next('connack')
    expect(returnCode).toBe(3)
    const { client } = await admitted(under, 'anna', 'a')
    await admitted(under, 'ben', 'd')
    client.send({ cmd: 'disconnect' })
    await client.closed
    await settled((await admitted(under, 'anna', 'd')).client)
  })

  it("of sessions: a new one costs its own longest away, never another's", async () => {
    const under = await start({ hooks, limits: { sessionsPerOwner: 3, sessions: 100 } })
    const visit = async (who: string, clientId: string) => {
      const { client, sessionPresent } = await admitted(under, who, clientId, false)
      client.send({ cmd: 'disconnect' })
      await client.closed
      await settled((await admitted(under, 'watcher', 'w')).client)
      return sessionPresent
    }
    await visit('homeassistant', 'ha')
    for (let n = 0; n < 20; n += 1) await visit('anna', `a${n}`)
    expect(under.broker.stats().sessions).toBe(4)
    expect(await visit('homeassistant', 'ha')).toBe(true)
    expect(await visit('anna', 'a19')).toBe(true)
    expect(await visit('anna', 'a0')).toBe(false)
  })

  it('of queues: one that fills its own costs nobody else a message', async () => {
    const limits = {
      queueBytesPerOwner: 10_000,
      offlineBytes: 25_000,
      offlineQueue: { messages: 1_000, bytes: 9_000, ageMs: 1e9 },
    }
    const persistence = new BrokerPersistence({ clock: systemClock, limits })
    const message = (payload: string) => ({
      cmd: 'publish',
      topic: 't',
      payload: Buffer.from(payload),
      qos: 1 as const,
      retain: false,
      dup: false,
    })
    const queued = async (id: string) => (await persistence.outgoingStream({ id }).toArray()).length
    const ha = clientSessionKey('homeassistant', 'ha')
    await persistence.outgoingEnqueue({ clientId: ha }, message('x'.repeat(4_000)))
    for (let n = 0; n < 200; n += 1) {
      for (const clientId of ['a', 'b', 'c', 'd'])
        await persistence.outgoingEnqueue({ clientId: clientSessionKey('anna', clientId) }, message('x'.repeat(1_000)))
    }
    expect(await queued(ha)).toBe(1)
    expect(persistence.stats().queuedBytes).toBeLessThanOrEqual(10_000 + 4_200)
    for (const who of ['ben', 'carl', 'dora']) {
      for (let n = 0; n < 20; n += 1)
        await persistence.outgoingEnqueue({ clientId: clientSessionKey(who, 'x') }, message('x'.repeat(1_000)))
    }
    expect(persistence.stats().queuedBytes).toBeLessThanOrEqual(25_000)
    expect(await queued(ha)).toBe(1)
  })

  it('of a queue: what is given up of it is counted', async () => {
    const under = await start({ hooks, limits: { offlineQueue: { messages: 5, bytes: 1e6, ageMs: 1e9 } } })
    const { client: away } = await admitted(under, 'anna', 'away', false)
    await subscribe(away, 't')
    away.send({ cmd: 'disconnect' })
    await away.closed
    const { client: sender } = await admitted(under, 'ben', 's')
    for (let messageId = 1; messageId <= 20; messageId += 1) sender.send(publishPacket('t', { qos: 1, messageId }))
    for (let n = 0; n < 20; n += 1) await sender.next('puback')
    expect(under.broker.stats().dropped).toBe(15)
  })
})
