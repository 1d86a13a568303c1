import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { OutboxLimits } from '../../../edge/outbox/eviction.ts'
import { Outbox } from '../../../edge/outbox/outbox.ts'
import { LANES } from '../../../edge/outbox/rows.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import type { Ack } from '../../../shared/messages/ack.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { emptyEdgeDatabase } from '../edge-database.ts'

const YEAR_MS = 365 * 86_400_000

function copyOf(db: Database): Database {
  return new Sqlite(db.serialize())
}

function setUp(options: { db?: Database; clock?: ManualClock; limits?: OutboxLimits } = {}) {
  const db = options.db ?? emptyEdgeDatabase()
  const clock = options.clock ?? new ManualClock()
  const limits = options.limits ?? { bytes: 1e9, rows: 1e6, ageMs: 1e12 }
  const outbox = new Outbox({ db, clock, boot: 'boot-1', log: silentLog, limits })
  return { db, clock, outbox }
}

const reading = (value: number, clock: ManualClock) => ({ sensor: 'cpu', value, at: clock.now(), mono: clock.mono() })
const ack = (outbox: Outbox, upto: Ack['upto'] = {}): Ack => ({ epoch: outbox.epoch, upto, rejected: [] })
const rows = (outbox: Outbox) => LANES.flatMap((lane) => outbox.waiting(lane, 0, 1_000))
const seqs = (outbox: Outbox, lane: 'urgent' | 'live' | 'backlog') =>
  outbox.waiting(lane, 0, 1_000).map((row) => row.id)
const types = (outbox: Outbox) =>
  rows(outbox)
    .filter((row) => row.kind === 'event')
    .map((row) => JSON.parse(row.body).type)

describe('the outbox', () => {
  it('fixes the lane when a row is written: backlog without the hub, live with it, urgent when asked', () => {
    const { outbox, clock } = setUp()
    outbox.readings([reading(1, clock)])
    outbox.event({ type: 'sensor_failing' }, { urgent: true })
    outbox.opened(ack(outbox))
    outbox.readings([reading(2, clock)])
    outbox.closed([])
    outbox.readings([reading(3, clock)])
    expect({ urgent: seqs(outbox, 'urgent'), live: seqs(outbox, 'live'), backlog: seqs(outbox, 'backlog') }).toEqual({
      urgent: [2],
      live: [3],
      backlog: [1, 4],
    })
  })

  it('keeps the samples of one tick as one message', () => {
    const { outbox, clock } = setUp()
    outbox.readings([reading(1, clock), reading(2, clock), reading(3, clock)])
    expect(rows(outbox)).toHaveLength(1)
  })

  it('deletes by the ack of its epoch, per lane, and nothing else', () => {
    const { outbox, clock, db } = setUp()
    outbox.readings([reading(1, clock)])
    outbox.opened(ack(outbox))
    for (const value of [2, 3, 4]) outbox.readings([reading(value, clock)])
    expect(outbox.acknowledge({ epoch: 'another', upto: { live: 4 }, rejected: [] })).toBe('ignored')
    outbox.acknowledge(ack(outbox, { live: 3 }))
    expect(seqs(outbox, 'live')).toEqual([4])
    clock.advance(1_000)
    expect(db.prepare('SELECT id FROM outbox ORDER BY id').pluck().all()).toEqual([1, 4])
    expect(outbox.status().rows).toBe(2)
  })

  it('never gives a sequence number twice, even after everything was acknowledged', () => {
    const { outbox, clock } = setUp()
    outbox.opened(ack(outbox))
    outbox.readings([reading(1, clock)])
    outbox.acknowledge(ack(outbox, { live: 1 }))
    clock.advance(2_000)
    outbox.readings([reading(2, clock)])
    expect(seqs(outbox, 'live')).toEqual([2])
  })

  it('drops backlog first, then live, then urgent, the oldest first, and counts it', () => {
    const { outbox, clock } = setUp({ limits: { bytes: 1e9, rows: 4, ageMs: 1e12 } })
    outbox.event({ type: 'sensor_failing' }, { urgent: true })
    outbox.readings([reading(2, clock)])
    outbox.readings([reading(3, clock)])
    outbox.opened(ack(outbox))
    for (const value of [4, 5]) outbox.readings([reading(value, clock)])
    expect({ urgent: seqs(outbox, 'urgent'), live: seqs(outbox, 'live'), backlog: seqs(outbox, 'backlog') }).toEqual({
      urgent: [1],
      live: [4, 5],
      backlog: [3],
    })
    for (const value of [6, 7]) outbox.readings([reading(value, clock)])
    expect({ urgent: seqs(outbox, 'urgent'), live: seqs(outbox, 'live') }).toEqual({ urgent: [1], live: [5, 6, 7] })
    expect(outbox.status()).toMatchObject({ rows: 4, dropped: 3 })
  })

  it('keeps its limit of bytes', () => {
    const { outbox, clock } = setUp({ limits: { bytes: 5_000, rows: 1e6, ageMs: 1e12 } })
    for (let value = 0; value < 100; value += 1) outbox.readings([reading(value, clock)])
    const status = outbox.status()
    expect(status.bytes).toBeLessThanOrEqual(5_000)
    expect(status.bytes).toBeGreaterThan(4_500)
    expect(status.dropped + status.rows).toBe(100)
  })

  it('tells the hub how many rows it dropped while it was away', () => {
    const { outbox, clock } = setUp({ limits: { bytes: 1e9, rows: 10, ageMs: 1e12 } })
    for (let value = 0; value < 30; value += 1) outbox.readings([reading(value, clock)])
    outbox.opened(ack(outbox))
    const told = rows(outbox).find((row) => row.kind === 'event')
    expect(JSON.parse(told?.body ?? '{}')).toMatchObject({ type: 'outbox_dropped', data: { rows: 20 } })
  })

  it('expires by running time: a clock that jumps a year drops nothing', () => {
    const { outbox, clock } = setUp({ limits: { bytes: 1e9, rows: 1e6, ageMs: 1_000_000 } })
    outbox.readings([reading(1, clock)])
    clock.jump(YEAR_MS)
    outbox.readings([reading(2, clock)])
    clock.jump(-40 * YEAR_MS)
    outbox.readings([reading(3, clock)])
    expect(outbox.status()).toMatchObject({ rows: 3, dropped: 0 })
    clock.advance(1_000_001)
    outbox.readings([reading(4, clock)])
    expect(outbox.status()).toMatchObject({ rows: 1, dropped: 3 })
  })

  it('writes what an agent without a clock samples in 1970', () => {
    const { outbox, clock } = setUp({ clock: new ManualClock(1_000, 500) })
    expect(outbox.readings([reading(1, clock)])).toBe('stored')
    expect(outbox.event({ type: 'clock_set' })).toBe('stored')
    expect(rows(outbox).map((row) => JSON.parse(row.body))).toMatchObject([
      { items: [{ at: 1_000, mono: 500 }] },
      { type: 'clock_set', at: 1_000, mono: 500 },
    ])
  })

  it('refuses an event that is too large before it becomes a row, and says so in an event', () => {
    const { outbox } = setUp()
    const data = { text: 'x'.repeat(20_000) }
    expect(outbox.event({ type: 'clock_set', data })).toBe('refused')
    expect(types(outbox)).toEqual(['message_refused'])
    // Each of its texts is short enough; only the whole is not.
    expect(outbox.result({ id: 'c1', ok: true, value: Array.from({ length: 1_000 }, () => 'x'.repeat(70)) })).toBe(
      'refused',
    )
    expect(rows(outbox).filter(({ kind }) => kind === 'result')).toEqual([])
  })

  it('keeps the sound readings of a tick when one is not a number', () => {
    const { outbox, clock } = setUp()
    expect(outbox.readings([reading(Number.NaN, clock), reading(2, clock)])).toBe('stored')
    const kept = rows(outbox).find((row) => row.kind === 'readings')
    expect(JSON.parse(kept?.body ?? '{}').items).toMatchObject([{ value: 2 }])
    expect(types(outbox)).toEqual(['message_refused'])
  })

  it('splits more items than a message may have', () => {
    const { outbox, clock } = setUp()
    outbox.readings(Array.from({ length: 1_200 }, (_, value) => reading(value, clock)))
    const counts = rows(outbox).map((row) => JSON.parse(row.body).items.length)
    expect(counts).toEqual([500, 500, 200])
  })

  it('sets a row aside that was under way at three disconnects in a row, reports it, and sends the others', () => {
    const { outbox, clock } = setUp()
    outbox.opened(ack(outbox))
    outbox.readings([reading(1, clock)])
    outbox.readings([reading(2, clock)])
    for (const inFlight of [[1, 2], [1, 2], [1]]) {
      outbox.closed(inFlight)
      outbox.opened(ack(outbox))
    }
    expect(seqs(outbox, 'live')).toEqual([2])
    expect(types(outbox)).toEqual(['row_parked'])
    expect(outbox.status()).toMatchObject({ parked: 1 })
    outbox.acknowledge(ack(outbox, { live: 2 }))
    clock.advance(1_000)
    expect(outbox.status().parked).toBe(1)
    expect(outbox.retryParked()).toBe(1)
    expect(seqs(outbox, 'live')).toEqual([4])
  })

  it('does not set a row aside whose ack was only lost with its third connection', () => {
    const { outbox, clock } = setUp()
    outbox.opened(ack(outbox))
    outbox.readings([reading(1, clock)])
    for (const _ of [1, 2]) {
      outbox.closed([1])
      outbox.opened(ack(outbox))
    }
    outbox.closed([1])
    outbox.opened(ack(outbox, { live: 1 }))
    expect(rows(outbox)).toEqual([])
    expect(outbox.status()).toMatchObject({ rows: 0, parked: 0 })
  })

  it('forgives a row that was not under way at the next disconnect', () => {
    const { outbox, clock } = setUp()
    outbox.opened(ack(outbox))
    for (const value of [1, 2]) outbox.readings([reading(value, clock)])
    for (const inFlight of [[1], [1], [2], [1]]) {
      outbox.closed(inFlight)
      outbox.opened(ack(outbox))
    }
    expect(seqs(outbox, 'live')).toEqual([1, 2])
  })

  it('finds out that it is an old copy, mints a new epoch, re-keys what is unsent, and says so', () => {
    const first = setUp()
    first.outbox.opened(ack(first.outbox))
    for (const value of [1, 2, 3]) first.outbox.readings([reading(value, first.clock)])
    first.outbox.acknowledge(ack(first.outbox, { live: 2 }))
    first.clock.advance(1_000)
    const { outbox, clock } = setUp({ db: copyOf(first.db) })
    const oldEpoch = outbox.epoch
    // the copy writes more rows than the original ever had: its numbers pass the hub's
    for (let value = 10; value < 20; value += 1) outbox.readings([reading(value, clock)])
    expect(outbox.opened(ack(outbox, { live: 7 }))).toBe('restored')
    expect(outbox.epoch).not.toBe(oldEpoch)
    const values = rows(outbox)
      .filter((row) => row.kind === 'readings')
      .map((row) => JSON.parse(row.body).items[0].value)
    expect(values).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    expect(Math.min(...rows(outbox).map((row) => row.id))).toBeGreaterThan(13)
    expect(types(outbox)).toEqual(['outbox_restored'])
    expect(outbox.opened(ack(outbox))).toBe('ok')
  })

  it('takes an ack for rows that were sent as no sign of an old copy', () => {
    const { outbox, clock } = setUp()
    for (const value of [1, 2]) outbox.readings([reading(value, clock)])
    outbox.opened(ack(outbox))
    expect(outbox.acknowledge(ack(outbox, { backlog: 2 }))).toBe('ok')
    outbox.closed([])
    expect(outbox.opened(ack(outbox, { backlog: 2 }))).toBe('ok')
    outbox.readings([reading(3, clock)])
    expect(outbox.acknowledge(ack(outbox, { live: 3 }))).toBe('ok')
  })

  it('stops intake when the disk takes nothing, says so, loses nothing it held, and resumes by itself', () => {
    const { outbox, clock, db } = setUp()
    outbox.readings([reading(1, clock)])
    const changes: boolean[] = []
    outbox.onFullChanged(() => changes.push(outbox.status().full))
    db.pragma('query_only = ON')
    let stored = 1
    for (let value = 2; value < 200; value += 1) {
      if (outbox.readings([reading(value, clock)]) === 'stored') stored += 1
    }
    expect(outbox.status().full).toBe(true)
    expect(outbox.fault?.code).toBe('disk_error')
    expect(rows(outbox)).toHaveLength(stored)
    clock.advance(60_000)
    db.pragma('query_only = OFF')
    expect(outbox.readings([reading(200, clock)])).toBe('stored')
    expect(outbox.status().full).toBe(false)
    expect(changes).toEqual([true, false])
    const told = rows(outbox).find((row) => row.kind === 'event')
    expect(JSON.parse(told?.body ?? '{}')).toMatchObject({
      type: 'outbox_full',
      data: { lost: 199 - stored, seconds: 60 },
    })
    expect(rows(outbox).filter((row) => row.kind === 'readings')).toHaveLength(stored + 1)
  })

  it('gives up the oldest for the newest when the disk is full, never the more urgent, and counts them', () => {
    const { outbox, clock, db } = setUp()
    outbox.event({ type: 'clock_set' }, { urgent: true })
    for (let value = 0; value < 20; value += 1) outbox.readings([reading(value, clock)])
    db.pragma('max_page_count = 1') // which SQLite raises to what the file has
    for (let value = 20; value < 400; value += 1) expect(outbox.readings([reading(value, clock)])).toBe('stored')
    const { rows: waiting, dropped, full } = outbox.status()
    expect(full).toBe(true)
    expect(outbox.scarce).toBe(true)
    expect(waiting + dropped).toBe(401)
    expect(seqs(outbox, 'urgent')).toEqual([1])
    expect(seqs(outbox, 'backlog').at(-1)).toBe(401)
    outbox.roomAgain()
    expect(outbox.status().full).toBe(false)
  })

  it('goes on counting connects and deleting what arrived while the disk is full', () => {
    const { outbox, clock, db } = setUp()
    for (let value = 0; value < 10; value += 1) outbox.readings([reading(value, clock)])
    db.pragma('max_page_count = 1')
    for (let value = 0; value < 200; value += 1) outbox.readings([reading(value, clock)])
    const [first = 0] = seqs(outbox, 'backlog')
    expect(first).toBeGreaterThan(1)
    expect([outbox.nextConnect(), outbox.nextConnect()]).toEqual([1, 2])
    expect(outbox.opened(ack(outbox))).toBe('ok')
    outbox.acknowledge(ack(outbox, { backlog: first }))
    clock.advance(1_000)
    expect(seqs(outbox, 'backlog')).not.toContain(first)
  })

  it('counts connects on in memory while the disk takes nothing at all', () => {
    const { outbox, db } = setUp()
    db.pragma('query_only = ON')
    expect([outbox.nextConnect(), outbox.nextConnect()]).toEqual([1, 2])
  })

  it('keeps the epoch, the connects and the running time over a restart', () => {
    const { outbox, clock, db } = setUp()
    outbox.nextConnect()
    clock.advance(5_000)
    outbox.readings([reading(1, clock)])
    const again = setUp({ db: copyOf(db) })
    expect(again.outbox.epoch).toBe(outbox.epoch)
    expect(again.outbox.nextConnect()).toBe(2)
    again.clock.advance(2_000)
    expect(again.outbox.status().oldest_s).toBe(2)
  })
})
