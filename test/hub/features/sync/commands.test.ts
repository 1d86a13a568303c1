import { describe, expect, it } from 'vitest'
import { BatchWriter } from '../../../../hub/engine/batch.ts'
import { readStreams, readSyncIdentity } from '../../../../hub/engine/sync-memory.ts'
import type { HeldRow, StreamPosition, SyncStep } from '../../../../hub/engine/sync-step.ts'
import { CHAIN_START } from '../../../../hub/sync/chain.ts'
import { SYNC_OFF } from '../../../../hub/sync/sync-status.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const STREAM: StreamPosition = {
  stream: 'changes',
  table: 'sync_changes',
  epoch: 1,
  first: 0,
  upto: null,
  position: 0,
  chain: CHAIN_START,
  history: '',
}
const HELD: HeldRow = { table: 'users', key: 'anna', epoch: 0, stream: 'changes', code: '22021', reason: 'NUL' }

function persist(house: TestHouse, step: SyncStep): unknown {
  const writer = new BatchWriter()
  writer.input({ kind: 'sync', change: step })
  return house.engine.process(writer.finish(), { now: house.now, clockSynced: true }).values[0]?.[1]
}

/** A house after its first handshake. */
function joined(more: Partial<Extract<SyncStep, { step: 'joined' }>> = {}): TestHouse {
  const house = openTestHouse()
  persist(house, { step: 'propose', token: 'lease' })
  persist(house, {
    step: 'joined',
    site: 'site-1',
    name: 'home',
    token: 'lease',
    leases: 1,
    epoch: 1,
    found: 'first',
    streams: [STREAM],
    resend: true,
    changesSeen: 0,
    held: [],
    erased: [],
    ...more,
  })
  return house
}

const changes = (house: TestHouse) =>
  house.all<{ seq: number; table_name: string; row_key: string }>('SELECT * FROM sync_changes ORDER BY seq')

describe('sync/status', () => {
  it('shows the site, the ledger, the scopes and how much is held back, fenced or not', () => {
    const house = joined({ held: [HELD] })
    persist(house, { step: 'scope', scope: 'care', seq: 3, checksum: '0', rows: [], whole: false })
    const ledger = { rows: 5, merged: 3, duplicates: 1, quarantined: 1, bytes: 99 }
    persist(house, {
      step: 'acked',
      parts: [{ stream: { ...STREAM, position: 4 }, ledger, held: [], settled: [], unknown: [] }],
    })
    persist(house, { step: 'fenced', reason: 'another hub took over' })
    house.db.exec(
      "INSERT INTO lost_rows (table_name, first, position, upto, came_back) VALUES ('readings', 1, 5, 9, 3)",
    )
    const live = { ...SYNC_OFF, state: 'fenced' }
    expect(data(ask(house, commandInput('sync/status', {}, { prepared: live })))).toMatchObject({
      site: 'site-1',
      name: 'home',
      epoch: 1,
      fenced: 'another hub took over',
      prune_waits: true,
      quarantine: 1,
      lost: { waiting: 4, came_back: 3, not_at_central: 0, left_out: 0 },
      live,
      ledger: [{ stream: 'changes', epoch: 1, position: 4, ...ledger }],
      scopes: [{ scope: 'care', seq: 3, rows: 0, refused: 0 }],
    })
  })
})

describe('sync/claim', () => {
  it('ends being fenced, and has the thread told', () => {
    const house = joined()
    persist(house, { step: 'fenced', reason: 'another hub took over' })
    persist(house, { step: 'fenced', reason: 'another hub took over' })
    expect(house.all("SELECT 1 FROM events WHERE event_type = 'sync_fenced'")).toHaveLength(1)
    expect(data(ask(house, commandInput('sync/claim')))).toEqual({ site: 'home', epoch: 1 })
    expect(house.effects).toContainEqual({ kind: 'sync', ask: 'claimed' })
    expect(readSyncIdentity(house.db)).toMatchObject({ fenced: null, site: 'site-1', epoch: 1 })
    expect(ask(house, commandInput('sync/claim'))).toMatchObject({ error: { code: 'bad_params' } })
  })

  it('as new forgets the former site, and nothing of the house', () => {
    const house = joined({ held: [HELD] })
    const before = house.all('SELECT * FROM personas')
    data(ask(house, commandInput('sync/claim', { as_new: true })))
    expect(readSyncIdentity(house.db)).toMatchObject({ site: null, token: null, leases: 0, epoch: 0 })
    expect(readStreams(house.db)).toEqual([])
    expect(house.all('SELECT * FROM sync_quarantine')).toEqual([])
    expect(house.all('SELECT * FROM personas')).toEqual(before)
    // What the sync thread still says of the former site comes too late.
    const stream = { ...STREAM, position: 9 }
    const ledger = { rows: 9, merged: 9, duplicates: 0, quarantined: 0, bytes: 1 }
    persist(house, { step: 'acked', parts: [{ stream, ledger, held: [HELD], settled: [], unknown: [] }] })
    persist(house, { step: 'pruned', stream })
    expect(readStreams(house.db)).toEqual([])
    expect(house.all('SELECT * FROM sync_quarantine')).toEqual([])
  })
})

describe('what the hub writes down of its talk with central', () => {
  it('numbers changes anew that central may have seen under the same number', () => {
    const house = joined()
    const before = changes(house)
    expect(before.length).toBeGreaterThan(2)
    persist(house, {
      step: 'joined',
      site: 'site-1',
      name: 'home',
      token: 'next',
      leases: 2,
      epoch: 1,
      found: 'resumed',
      streams: [],
      resend: false,
      changesSeen: 900,
      held: [],
      erased: [],
    })
    const after = changes(house)
    expect(after.map(({ table_name, row_key }) => [table_name, row_key])).toEqual(
      before.map(({ table_name, row_key }) => [table_name, row_key]),
    )
    expect(after.every(({ seq }) => seq > 900)).toBe(true)
  })

  it('keeps of its offers the last twenty, each once', () => {
    const house = openTestHouse()
    for (let n = 0; n < 30; n++) persist(house, { step: 'propose', token: `offer ${n}` })
    persist(house, { step: 'propose', token: 'offer 15' })
    const { proposed } = readSyncIdentity(house.db)
    expect(proposed).toHaveLength(20)
    expect(proposed.at(-1)).toBe('offer 15')
    expect(new Set(proposed).size).toBe(20)
  })

  it('forgets changes that central has, but not what came after', () => {
    const house = joined()
    const last = changes(house).at(-1)?.seq ?? 0
    house.device('pi-a1b2c3')
    const ledger = { rows: 0, merged: 0, duplicates: 0, quarantined: 0, bytes: 0 }
    persist(house, {
      step: 'acked',
      parts: [{ stream: { ...STREAM, position: last }, ledger, held: [], settled: [], unknown: [] }],
    })
    expect(changes(house)).toMatchObject([{ table_name: 'devices', row_key: 'pi-a1b2c3' }])
  })
})

describe('quarantine/list', () => {
  it('shows the newest first, by table and in pages', () => {
    const held = [1, 2, 3].map((n) => ({ ...HELD, key: `user-${n}` }))
    const house = joined({ held: [...held, { ...HELD, table: 'rooms', key: 'kitchen' }] })
    type Page = { quarantine: { id: number; row_key: string }[]; next?: number }
    const keys = ({ quarantine }: Page) => quarantine.map(({ row_key }) => row_key)
    expect(keys(query<Page>(house, 'quarantine/list'))).toEqual(['kitchen', 'user-3', 'user-2', 'user-1'])
    const first = query<Page>(house, 'quarantine/list', { table: 'users', limit: 2 })
    expect(keys(first)).toEqual(['user-3', 'user-2'])
    expect(keys(query<Page>(house, 'quarantine/list', { table: 'users', limit: 2, after: first.next }))).toEqual([
      'user-1',
    ])
  })
})
