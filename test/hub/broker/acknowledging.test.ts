import { describe, expect, it } from 'vitest'
import type { Committed } from '../../../hub/broker/journal.ts'
import { BrokerPersistence } from '../../../hub/broker/persistence.ts'
import type { BrokerChange } from '../../../hub/engine/broker-change.ts'
import { systemClock } from '../../../shared/clock.ts'
import { settled, turns, until } from './broker-under-test.ts'
import { oneBroker } from './one-broker.ts'
import { connectPacket, publishPacket, type RawClient } from './raw-client.ts'

const start = oneBroker()

/** A broker whose disk takes changes only when it is told to. */
async function withSlowDisk() {
  const noted: BrokerChange[] = []
  let stored = 0
  let held = false
  const waiting: { upto: number; run: Committed }[] = []
  const commit = (error: Error | null = null) => {
    stored = noted.length
    for (const { run } of waiting.splice(0)) run(error)
  }
  const persistence = new BrokerPersistence({
    clock: systemClock,
    journal: (change) => void noted.push(change),
    committed(run) {
      if (!held) stored = noted.length
      if (stored === noted.length) run(null)
      else waiting.push({ upto: noted.length, run })
    },
  })
  const under = await start({ persistence })
  const hold = () => {
    held = true
  }
  return { ...under, noted, commit, hold }
}

const commands = (client: RawClient) => client.received.slice(1).map(({ cmd }) => cmd)

/** What a client is told once its change is on disk, and not before. */
const CASES: [answer: string, send: (client: RawClient) => void][] = [
  ['puback', (client) => client.send(publishPacket('kept', { qos: 1, retain: true, messageId: 1 }))],
  ['puback', (client) => client.send(publishPacket('away', { qos: 1, messageId: 1 }))],
  ['pubrec', (client) => client.send(publishPacket('away', { qos: 2, messageId: 1 }))],
  ['suback', (client) => client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 1 }] })],
  ['unsuback', (client) => client.send({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['held'] })],
]

async function leaveSubscribed(under: Awaited<ReturnType<typeof withSlowDisk>>, clientId: string, topic: string) {
  const client = await under.connect(clientId, { clean: false })
  client.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic, qos: 2 }] })
  await client.next('suback')
  client.send({ cmd: 'disconnect' })
  await client.closed
}

describe('an acknowledgement means on disk', () => {
  it.each(CASES)('%s waits for the commit', async (answer, send) => {
    const under = await withSlowDisk()
    await leaveSubscribed(under, 'away', 'away')
    await leaveSubscribed(under, 'client', 'held')
    const client = await under.connect('client', { clean: false })
    under.hold()
    send(client)
    await turns(50)
    expect(commands(client)).toEqual([])
    under.commit()
    await client.next(answer as 'puback')
  })

  it.each(CASES)('%s does not come when the disk takes nothing, and the connection ends', async (_answer, send) => {
    const under = await withSlowDisk()
    await leaveSubscribed(under, 'away', 'away')
    await leaveSubscribed(under, 'client', 'held')
    const client = await under.connect('client', { clean: false })
    under.hold()
    send(client)
    await turns(20)
    under.commit(new Error('full'))
    await client.closed
    expect(commands(client)).toEqual([])
  })

  it('the CONNACK of a session, kept or ended, waits for the commit', async () => {
    const under = await withSlowDisk()
    await leaveSubscribed(under, 'old', 't')
    under.hold()
    for (const [clientId, clean] of [
      ['new', false],
      ['old', true],
    ] as const) {
      const client = under.open()
      client.send(connectPacket(clientId, { clean }))
      await turns(20)
      expect(client.received).toEqual([])
      under.commit()
      expect(await client.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: false })
    }
  })

  it('a session that cannot be stored gets CONNACK 3', async () => {
    const under = await withSlowDisk()
    under.hold()
    const client = under.open()
    client.send(connectPacket('new', { clean: false }))
    await turns(20)
    under.commit(new Error('full'))
    expect(await client.next('connack')).toMatchObject({ returnCode: 3 })
    await client.closed
  })

  it('PUBCOMP waits for the commit that frees the packet id', async () => {
    const under = await withSlowDisk()
    const client = await under.connect('client', { clean: false })
    client.send(publishPacket('t', { qos: 2, messageId: 5 }))
    await client.next('pubrec')
    under.hold()
    client.send({ cmd: 'pubrel', messageId: 5 })
    await turns(20)
    expect(commands(client)).toEqual(['pubrec'])
    under.commit()
    await client.next('pubcomp')
  })

  it('PUBREL waits for the commit of PUBREC', async () => {
    const under = await withSlowDisk()
    const reader = await under.connect('reader', { clean: false })
    reader.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 't', qos: 2 }] })
    await reader.next('suback')
    const sender = await under.connect('sender')
    sender.send(publishPacket('t', { qos: 2, messageId: 5 }))
    const { messageId } = await reader.next('publish')
    under.hold()
    reader.send({ cmd: 'pubrec', messageId: messageId ?? 0 })
    await turns(20)
    expect(commands(reader)).not.toContain('pubrel')
    under.commit()
    await reader.next('pubrel')
  })

  it('one client is acknowledged in the order of its messages, also those that leave nothing behind', async () => {
    const under = await withSlowDisk()
    const client = await under.connect('client')
    under.hold()
    client.send(publishPacket('kept', { qos: 1, retain: true, messageId: 7 }))
    client.send(publishPacket('nobody', { qos: 1, messageId: 8 }))
    await turns(20)
    expect(commands(client)).toEqual([])
    under.commit()
    await client.next('puback')
    await client.next('puback')
    expect(client.received.slice(1).map((packet) => packet.messageId)).toEqual([7, 8])
  })

  it('a message that was not acknowledged has its effect once when it comes again with QoS 2', async () => {
    const under = await withSlowDisk()
    const reader = await under.connect('reader')
    reader.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 't', qos: 1 }] })
    await reader.next('suback')
    const sender = await under.connect('sender', { clean: false })
    under.hold()
    sender.send(publishPacket('t', { qos: 2, messageId: 5 }))
    await turns(20)
    under.commit(new Error('full'))
    await sender.closed
    const again = under.open()
    again.send(connectPacket('sender', { clean: false }))
    await again.next('connack')
    again.send(publishPacket('t', { qos: 2, messageId: 5, dup: true }))
    await again.next('pubrec')
    expect(commands(reader)).toEqual(['suback', 'publish'])
  })

  it('a publisher is paused while the disk is slow', async () => {
    const under = await withSlowDisk()
    await leaveSubscribed(under, 'away', 'away')
    const client = await under.connect('client')
    await settled(client)
    under.hold()
    const before = under.noted.length
    const payload = 'x'.repeat(10_000)
    for (let id = 1; id <= 2_000; id += 1) client.send(publishPacket('away', { qos: 1, messageId: id, payload }))
    const taken = () => under.noted.slice(before).filter(({ kind }) => kind === 'enqueue').length
    await until(() => taken() > 100)
    await turns(500)
    expect(taken()).toBeLessThan(500)
  })
})
