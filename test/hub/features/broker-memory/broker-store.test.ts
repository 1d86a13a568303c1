import { describe, expect, it } from 'vitest'
import { BrokerPersistence } from '../../../../hub/broker/persistence.ts'
import { loadBrokerChanges } from '../../../../hub/features/broker-memory/broker-store.ts'
import { ManualClock } from '../../../../shared/clock.ts'
import { openTestHouse, START } from '../../engine/engine-in-memory.ts'

const message = (topic: string, payload: string, qos: 0 | 1 | 2 = 1) => ({
  cmd: 'publish',
  topic,
  payload: Buffer.from(payload),
  qos,
  retain: false,
  dup: false,
})

/** A broker's memory whose changes go to a house's disk, and another one loaded from there. */
function memoryOnDisk() {
  const house = openTestHouse()
  const clock = new ManualClock(START)
  const journal = (change: never) => {
    expect(house.send({ kind: 'broker', changes: [change] })).toEqual(['stored'])
  }
  const persistence = new BrokerPersistence({ clock, journal: journal as never })
  const again = () => {
    const loaded = new BrokerPersistence({ clock })
    loaded.load(loadBrokerChanges(house.db))
    return loaded
  }
  return { house, persistence, again }
}

describe("the broker's memory on disk", () => {
  it('is the same after a restart, whatever changed in it', async () => {
    const { persistence, again } = memoryOnDisk()
    const same = () => expect([...again().snapshot()]).toEqual([...persistence.snapshot()])
    persistence.arrive('empty', 1)
    persistence.arrive('a', 2)
    same()
    await persistence.addSubscriptions({ id: 'a' }, [
      { topic: 't/#', qos: 1 },
      { topic: 'gone', qos: 2 },
    ])
    await persistence.addSubscriptions({ id: 'a' }, [{ topic: 't/#', qos: 2 }])
    await persistence.removeSubscriptions({ id: 'a' }, ['gone'])
    same()
    for (const text of ['1', '2', '3']) await persistence.outgoingEnqueue({ clientId: 'a' }, message('t/1', text, 2))
    persistence.leave('a', 2)
    persistence.arrive('a', 3)
    for await (const packet of persistence.outgoingStream({ id: 'a' })) {
      packet.messageId = Number(String(packet.payload)) + 100
      await persistence.outgoingUpdate({ id: 'a' }, packet)
    }
    same()
    await persistence.outgoingUpdate({ id: 'a' }, { ...message('t/1', ''), cmd: 'pubrel', messageId: 101 })
    await persistence.outgoingClearMessageId({ id: 'a' }, { ...message('', ''), messageId: 102 })
    const incoming = persistence.incoming('a')
    for (const packetId of [7, 8]) {
      incoming.set(packetId, { accepted: false, journalled: false, packet: null, waiting: [] })
      persistence.acceptIncoming('a', incoming, packetId)
    }
    await persistence.incomingDelPacket({ id: 'a' }, { messageId: 7 })
    await persistence.storeRetained(message('r', 'first'))
    await persistence.storeRetained(message('r', 'kept'))
    await persistence.storeRetained(message('r2', 'x'))
    await persistence.storeRetained(message('r2', ''))
    const kinds = new Set([...again().snapshot()].map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual(['enqueue', 'incoming', 'received', 'retain', 'sent', 'session', 'subscribe'])
  })

  it('still knows a client whose session holds nothing, and forgets one that ended its session', async () => {
    const { house, persistence, again } = memoryOnDisk()
    for (const id of ['empty', 'ended']) {
      expect(persistence.arrive(id, 1)).toBe(false)
      persistence.leave(id, 1)
    }
    await persistence.cleanSubscriptions({ id: 'ended' })
    house.restart()
    const loaded = again()
    expect(loaded.arrive('empty', 1)).toBe(true)
    expect(loaded.arrive('ended', 1)).toBe(false)
  })
})
