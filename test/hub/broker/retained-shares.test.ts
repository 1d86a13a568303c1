import { describe, expect, it } from 'vitest'
import { BrokerPersistence } from '../../../hub/broker/persistence.ts'
import type { BrokerChange } from '../../../hub/engine/broker-change.ts'
import { systemClock } from '../../../shared/clock.ts'
import { oneBroker, payloads } from './one-broker.ts'

const start = oneBroker()
const LIMITS = { retainedShare: { topics: 3, bytes: 4_000 } }

function memoryOf(share: (topic: string) => string | null) {
  const journal: BrokerChange[] = []
  const persistence = new BrokerPersistence({
    ...{ clock: systemClock, limits: LIMITS, share },
    retain: (topic) => topic.startsWith('homeassistant/'),
    journal: (change) => void journal.push(change),
  })
  const retain = (topic: string, text: string) =>
    persistence.storeRetained({
      ...{ cmd: 'publish', topic, payload: Buffer.from(text), qos: 1, retain: true, dup: false },
    } as never)
  const kept = () => {
    const topics: string[] = []
    return new Promise<string[]>((resolve, reject) =>
      persistence
        .createRetainedStreamCombi(['#'])
        .on('data', (packet: { topic: string }) => void topics.push(packet.topic))
        .on('end', () => resolve(topics.sort()))
        .on('error', reject),
    )
  }
  return { persistence, journal, retain, kept }
}

const byPrefix = (topic: string) => /^(z1|z2)\//.exec(topic)?.[1] ?? null

describe('what is retained in a share', () => {
  it('costs the disk nothing, and is nobody’s but its own to fill', async () => {
    const { persistence, journal, retain, kept } = memoryOf(byPrefix)
    for (const at of [1, 2, 3, 4]) await retain(`z1/${at}`, 'x')
    await retain('z2/1', 'x')
    await retain('homeassistant/1', 'x')
    await retain('elsewhere/1', 'x')
    expect(await kept()).toEqual(['homeassistant/1', 'z1/1', 'z1/2', 'z1/3', 'z2/1'])
    expect(journal.map((change) => change.kind)).toEqual(['retain'])
    expect([...persistence.snapshot()]).toHaveLength(1)
    expect(persistence.stats().notRetained).toBe(2)
  })

  it('has room again for what replaces it or was taken back, and none for what is too large', async () => {
    const { retain, kept } = memoryOf(byPrefix)
    for (const at of [1, 2, 3]) await retain(`z1/${at}`, 'x')
    await retain('z1/3', 'y')
    await retain('z1/1', '')
    await retain('z1/4', 'x')
    expect(await kept()).toEqual(['z1/2', 'z1/3', 'z1/4'])
    // What was current is not kept, so what was kept must not pass for current.
    await retain('z1/4', 'x'.repeat(5_000))
    expect(await kept()).toEqual(['z1/2', 'z1/3'])
    for (const text of ['x'.repeat(1_500), 'x'.repeat(1_400)]) await retain('z1/2', text)
    expect(await kept()).toEqual(['z1/2', 'z1/3'])
  })

  it('is gone with it, and what is retained there from then on is bounded anew', async () => {
    const { persistence, retain, kept } = memoryOf(byPrefix)
    for (const at of [1, 2, 3]) await retain(`z1/${at}`, 'x')
    await retain('z2/1', 'x')
    persistence.eraseShare('z1', [])
    expect(await kept()).toEqual(['z2/1'])
    for (const at of [1, 2, 3]) await retain(`z1/${at}`, 'x')
    expect(await kept()).toHaveLength(4)
  })

  it('takes the place of what was kept before somebody had the topic, on the disk too', async () => {
    let isShared = false
    const { persistence, journal, retain, kept } = memoryOf((topic) =>
      isShared && topic.startsWith('homeassistant/') ? 'ha' : null,
    )
    await retain('homeassistant/1', 'before')
    isShared = true
    await retain('homeassistant/1', 'now')
    expect(journal.map((change) => change.kind)).toEqual(['retain', 'unretain'])
    persistence.eraseShare('ha', [])
    expect(await kept()).toEqual([])
    isShared = false
    // Nothing of it is counted any more.
    await retain('homeassistant/1', 'again')
    expect(await kept()).toEqual(['homeassistant/1'])
  })
})

describe('whoever is allowed more than others', () => {
  const hooks = {
    authenticate: (_: unknown, { clientId }: { clientId: string }) =>
      clientId.startsWith('bridge')
        ? { accept: null, owner: 'bridge', allowance: { packetBytes: 5_000, connections: 3, filters: 4 } }
        : { accept: null, owner: clientId.charAt(0) },
  }
  const limits = { afterConnectBytes: 1_000, connectionsPerOwner: 1, filtersPerClient: 2 }

  it('sends larger packets, and nobody else does', async () => {
    const under = await start({ hooks, limits })
    const reader = await under.connect('reader')
    reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] })
    await reader.next('suback')
    const large = {
      cmd: 'publish',
      topic: 'z/x',
      payload: 'x'.repeat(4_000),
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    } as const
    const bridge = await under.connect('bridge-1')
    bridge.send(large)
    await bridge.next('puback')
    expect(payloads([await reader.next('publish')])).toEqual([large.payload])
    bridge.send({ ...large, payload: 'x'.repeat(6_000) })
    await bridge.closed
    const other = await under.connect('a')
    other.send(large)
    await other.closed
    expect(under.events.filter(({ what }) => what === 'violation')).toEqual([
      { what: 'violation', clientId: 'bridge-1', reason: 'packet is too large' },
      { what: 'violation', clientId: 'a', reason: 'packet is too large' },
    ])
  })

  it('has more connections at a time, and holds more filters', async () => {
    const under = await start({ hooks, limits: { ...limits, filtersPerClient: 10 } })
    for (const at of [1, 2, 3]) await under.connect(`bridge-${at}`)
    const fourth = under.open()
    fourth.send({
      cmd: 'connect',
      clientId: 'bridge-4',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 0,
    })
    expect(await fourth.next('connack')).toMatchObject({ returnCode: 3 })
    const bridge = await under.connect('bridge-1')
    const subscriptions = ['a', 'b', 'c', 'd', 'e'].map((topic) => ({ topic, qos: 0 as const }))
    bridge.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    expect(await bridge.next('suback')).toMatchObject({ granted: [0, 0, 0, 0, 128] })
  })
})
