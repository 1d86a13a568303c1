import { describe, expect, it } from 'vitest'
import { BatchWriter } from '../../../../hub/engine/batch.ts'
import { readStreams } from '../../../../hub/engine/sync-memory.ts'
import type { StreamPosition, SyncStep } from '../../../../hub/engine/sync-step.ts'
import { CHAIN_START } from '../../../../hub/sync/chain.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const at = (stream: string, position: number, table = stream): StreamPosition => ({
  ...{ stream, table, epoch: 1, first: 0, upto: null, position },
  ...{ chain: CHAIN_START, history: '' },
})

function joined(house: TestHouse, streams: StreamPosition[], more: Partial<SyncStep> = {}): void {
  const writer = new BatchWriter()
  const go = { site: 'site-1', name: 'home', token: 'lease', leases: 1, epoch: 1, found: 'resumed' }
  const change = {
    step: 'joined',
    ...go,
    streams,
    resend: false,
    changesSeen: 0,
    held: [],
    erased: [],
    ...more,
  } as SyncStep
  writer.input({ kind: 'sync', change })
  house.engine.process(writer.finish(), { now: house.now, clockSynced: true })
}

/** A house with so many events whose change log was sent. */
function settled(events: number): TestHouse {
  const house = openTestHouse()
  const insert = house.db.prepare(
    "INSERT INTO events (event_type, category, title, description, source, timestamp, created_at, updated_at) VALUES ('x', 'x', 'x', 'x', 'system', 1, 1, 1)",
  )
  house.db.exec('DELETE FROM events')
  house.db.exec("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'events'")
  for (let count = 0; count < events; count++) insert.run()
  house.db.exec('DELETE FROM sync_changes')
  return house
}

const waiting = (house: TestHouse) =>
  house.all<{ key: string }>("SELECT row_key AS key FROM sync_changes WHERE table_name = 'events' ORDER BY seq")

describe('rows that central has already, when the hub did not know', () => {
  it('are sent once more where they can be marked: central may have another mark', () => {
    const house = settled(5)
    joined(house, [at('changes', 0, 'sync_changes'), at('events', 1)])
    house.db.exec('DELETE FROM sync_changes')
    joined(house, [at('changes', 0, 'sync_changes'), at('events', 4)])
    expect(waiting(house).map(({ key }) => key)).toEqual(['2', '3', '4'])
    expect(readStreams(house.db).find(({ stream }) => stream === 'events')?.position).toBe(4)
  })

  it('are left alone where nothing was missed', () => {
    const house = settled(5)
    joined(house, [at('changes', 0, 'sync_changes'), at('events', 0)])
    house.db.exec('DELETE FROM sync_changes')
    joined(house, [at('changes', 0, 'sync_changes'), at('events', 0)])
    expect(waiting(house)).toEqual([])
  })
})

describe('everything that may change', () => {
  it('is sent again with numbers above those that central has seen', () => {
    const house = settled(3)
    joined(house, [at('changes', 40, 'sync_changes'), at('events', 2)], { resend: true, changesSeen: 40 })
    const [first] = house.all<{ seq: number }>('SELECT min(seq) AS seq FROM sync_changes')
    expect(first?.seq).toBeGreaterThan(40)
    // The third goes for the first time anyway, with its own table.
    expect(waiting(house).map(({ key }) => key)).toEqual(['1', '2'])
  })
})
