import { expect, it } from 'vitest'
import type { AuthVerdict } from '../../../hub/broker/connection.ts'
import { BrokerPersistence } from '../../../hub/broker/persistence.ts'
import type { BrokerChange } from '../../../hub/engine/broker-change.ts'
import { systemClock } from '../../../shared/clock.ts'
import type { BrokerUnderTest } from './broker-under-test.ts'
import { oneBroker, payloads } from './one-broker.ts'
import { connectPacket } from './raw-client.ts'

const start = oneBroker()

/** A client with a persistent session, which is as it was left. Everybody is who the user name says. */
async function reader(under: BrokerUnderTest, username: string) {
  const client = under.open()
  client.send(connectPacket('web', { clean: false, username, password: Buffer.from('x') }))
  const { sessionPresent } = await client.next('connack')
  return { client, sessionPresent }
}

const authenticate = (_: unknown, { username = '' }: { username?: string }): AuthVerdict => ({
  ...{ accept: username, owner: username, clientId: 'web' },
})

it('who is erased has no session left, and nobody has a message or a filter of it, in memory and on the disk', async () => {
  const changes: BrokerChange[] = []
  const persistence = new BrokerPersistence({ clock: systemClock, journal: (change) => void changes.push(change) })
  const under = await start({ persistence, hooks: { authenticate } })
  for (const name of ['anna', 'annabel']) {
    const { client } = await reader(under, name)
    const subscriptions = ['lares/+/state', 'lares/anna/event'].map((topic) => ({ topic, qos: 1 as const }))
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    await client.next('suback')
    client.send({ cmd: 'disconnect' })
    await client.closed
  }
  for (const device of ['anna', 'annabel']) {
    await under.broker.publish({ topic: `lares/${device}/state`, payload: device, qos: 1, retain: false })
    await under.broker.publish({ topic: `homeassistant/${device}/x`, payload: device, qos: 1, retain: true })
  }

  persistence.erase('anna', 'anna')

  const again = new BrokerPersistence({ clock: systemClock })
  again.load(changes)
  for (const memory of [persistence, again]) {
    const kept = [...memory.snapshot()]
    expect(kept.filter((change) => 'clientId' in change && change.clientId === 'anna\nweb')).toEqual([])
    expect(JSON.stringify(kept)).not.toContain('/anna/')
    expect(JSON.stringify(kept)).toContain('homeassistant/annabel/x')
  }
  expect(await reader(under, 'anna')).toMatchObject({ sessionPresent: false })
  const { client, sessionPresent } = await reader(under, 'annabel')
  expect(sessionPresent).toBe(true)
  const { payload } = (await client.next('publish')) as { payload: Buffer }
  expect(String(payload)).toBe('annabel')
  expect(payloads(client.received)).toEqual(['annabel'])
})

it('whoever is away is owed nothing of topics that have another owner now, and who is no more has no session', async () => {
  const changes: BrokerChange[] = []
  const persistence = new BrokerPersistence({ clock: systemClock, journal: (change) => void changes.push(change) })
  const under = await start({ persistence, hooks: { authenticate } })
  for (const name of ['anna', 'bridge b']) {
    const { client } = await reader(under, name)
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] })
    await client.next('suback')
    client.send({ cmd: 'disconnect' })
    await client.closed
  }
  for (const topic of ['attic', 'attic/lamp', 'attics/lamp', 'elsewhere/attic'])
    await under.broker.publish({ topic, payload: topic, qos: 1, retain: false })

  persistence.eraseShare('b', ['attic'])
  persistence.forgetThose((owner) => owner === 'bridge b')

  const again = new BrokerPersistence({ clock: systemClock })
  again.load(changes)
  for (const memory of [persistence, again]) {
    const kept = [...memory.snapshot()]
    expect(JSON.stringify(kept)).not.toContain('bridge b')
    expect(kept.flatMap((change) => (change.kind === 'enqueue' ? change.topic : []))).toEqual([
      'attics/lamp',
      'elsewhere/attic',
    ])
  }
})
