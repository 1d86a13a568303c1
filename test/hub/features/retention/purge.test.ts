import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newestKey } from '../../../../hub/store/append-keys.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import {
  count,
  DAY,
  fineAlone,
  HOUR,
  measure,
  oldEvent,
  past,
  type RetentionHouse,
  retentionHouse,
  rollUp,
} from './retention-house.ts'

/** Ticks until nothing goes any more. Returns how many went in each tick. */
function settle(house: RetentionHouse, table = 'readings'): number[] {
  const went: number[] = []
  for (let quiet = 0; quiet < 3; ) {
    const before = count(house, table)
    house.tick(1_000)
    went.push(before - count(house, table))
    quiet = went.at(-1) === 0 ? quiet + 1 : 0
  }
  return went.filter((rows) => rows !== 0)
}

function set(house: RetentionHouse, name: string, days: number | string): void {
  expect(ask(house, commandInput('retention/set', { class: name, days })).status).toBe('ok')
}

const ids = (house: RetentionHouse, table: string, where = '1'): number[] =>
  house.all<{ id: number }>(`SELECT id FROM ${table} WHERE ${where} ORDER BY id`).map(({ id }) => id)

const oldest = (house: RetentionHouse) =>
  house.all<{ t: number }>('SELECT min(reading_time) AS t FROM readings')[0]?.t ?? 0

describe('a purge', () => {
  it('removes readings that are older than they are kept, and nothing else', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 31 * DAY, count: 100 }))
    measure(house, past(house, { age: 29 * DAY, count: 100 }))
    rollUp(house)
    settle(house)
    expect(count(house, 'readings')).toBe(100)
    expect(oldest(house)).toBeGreaterThan(house.now - 30 * DAY)
    expect(house.all('SELECT sum(count) AS n FROM reading_rollup_buckets WHERE step = 300000')).toEqual([{ n: 200 }])
  })

  it('keeps a reading until both rollups have it, however old it is', () => {
    const house = retentionHouse()
    house.tick(HOUR)
    measure(house, past(house, { age: 40 * DAY, count: 10 }))
    fineAlone(house)
    expect(house.all('SELECT DISTINCT step FROM reading_rollups')).toEqual([{ step: 300_000 }])
    expect(count(house, 'readings')).toBe(10)
    rollUp(house)
    house.tick(HOUR)
    house.tick(1_000)
    expect(count(house, 'readings')).toBe(0)
  })

  it('leaves what central has not acknowledged, and what waits in quarantine', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 40 * DAY, count: 300 }))
    const events = [1, 2, 3].map(() => oldEvent(house, { age: 40 * DAY }))
    const all = ids(house, 'readings')
    house.unsent.acknowledged = { readings: all[199] ?? 0, events: events[1] ?? 0, reading_rollups: 0 }
    house.unsent.quarantine.readings = new Set([all[5] ?? 0, all[150] ?? 0])
    house.unsent.quarantine.events = new Set([events[0] ?? 0])
    rollUp(house)
    settle(house)
    expect(ids(house, 'readings')).toEqual([all[5], all[150], ...all.slice(200)])
    expect(ids(house, 'events', "event_type = 'old'")).toEqual([events[0], events[2]])

    house.unsent.acknowledged = { readings: 1e9, events: 1e9, reading_rollups: 1e9 }
    house.unsent.quarantine.readings = new Set()
    house.tick(HOUR)
    settle(house)
    expect(count(house, 'readings')).toBe(0)
    expect(ids(house, 'events', "event_type = 'old'")).toEqual([events[0]])
  })

  it('leaves an event whose mark is still on its way to central', () => {
    const house = retentionHouse()
    const [sent, marked] = [oldEvent(house, { age: 40 * DAY }), oldEvent(house, { age: 40 * DAY })]
    house.db.prepare('UPDATE events SET processed = 1 WHERE id = ?').run(marked)
    house.unsent.acknowledged.events = 1e9
    house.tick(1_000)
    expect(ids(house, 'events', `id IN (${sent}, ${marked})`)).toEqual([marked])
    house.db.exec("DELETE FROM sync_changes WHERE table_name = 'events'")
    house.tick(HOUR)
    expect(ids(house, 'events', `id IN (${sent}, ${marked})`)).toEqual([])
  })

  it('never takes what is not safe, whatever was acknowledged when', () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('measure' as const),
        age: fc.integer({ min: 0, max: 60 }),
        rows: fc.integer({ min: 1, max: 20 }),
      }),
      fc.record({ do: fc.constant('ack' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ do: fc.constant('hold' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ do: fc.constant('disk' as const), used: fc.constantFrom(0.5, 0.9) }),
      fc.record({ do: fc.constant('tick' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
      fc.record({ do: fc.constant('restart' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const house = retentionHouse()
        house.unsent.acknowledged = { readings: 0, events: 0, reading_rollups: 0 }
        const last = () => newestKey(house.db, 'readings')
        /** As it was last told; a hub that starts anew knows nothing of its disk. */
        let full = false
        for (const one of steps) {
          if (one.do === 'disk') full = one.used === 0.9
          if (one.do === 'restart') full = false
          if (one.do === 'measure') measure(house, past(house, { age: one.age * DAY, count: one.rows }))
          else if (one.do === 'ack')
            house.unsent.acknowledged.readings = Math.max(
              house.unsent.acknowledged.readings ?? 0,
              Math.floor(last() * one.share),
            )
          else if (one.do === 'hold') house.unsent.quarantine.readings.add(Math.ceil(last() * one.share))
          else if (one.do === 'restart') house.restart()
          else {
            const before = house.all<{ id: number; reading_time: number }>('SELECT id, reading_time FROM readings')
            if (one.do === 'disk') house.send({ kind: 'disk', totalBytes: 1e9, freeBytes: 1e9 * (1 - one.used) })
            else house.tick(one.minutes * 60_000)
            house.tick(1_000)
            const left = new Set(ids(house, 'readings'))
            const rolledUp = house
              .all<{ value: string }>("SELECT value FROM hub_settings WHERE key IN ('rollup_5m', 'rollup_1h')")
              .map(({ value }) => (JSON.parse(value) as { upto: number }).upto)
            for (const { id, reading_time } of before) {
              if (left.has(id)) continue
              expect(rolledUp.every((upto) => id <= upto)).toBe(true)
              expect(house.unsent.quarantine.readings.has(id)).toBe(false)
              // Unacknowledged ones go only while the disk is filling up, and then not those of the last day.
              if (!full) expect(id).toBeLessThanOrEqual(house.unsent.acknowledged.readings ?? 0)
              expect(reading_time).toBeLessThan(house.now - DAY)
            }
          }
        }
        house.db.close()
      }),
      { numRuns: 40 },
    )
  })

  it('asks each class of events how long it is kept', () => {
    const house = retentionHouse()
    const kept = [
      oldEvent(house, { age: 29 * DAY }),
      oldEvent(house, { age: 31 * DAY, severity: 'error' }),
      oldEvent(house, { age: 364 * DAY, severity: 'critical' }),
      oldEvent(house, { age: 2_000 * DAY, severity: 'debug', category: 'audit' }),
      oldEvent(house, { age: 2_000 * DAY, severity: 'error', category: 'audit' }),
    ]
    for (const severity of ['debug', 'info', 'warning']) oldEvent(house, { age: 31 * DAY, severity })
    oldEvent(house, { age: 366 * DAY, severity: 'error' })
    house.tick(1_000)
    expect(ids(house, 'events', "event_type = 'old'")).toEqual(kept)
  })

  it('asks each kind of sensor how long it is kept, and all readings where a kind has no setting', () => {
    const house = retentionHouse()
    for (const kind of ['temperature', 'humidity', 'power'])
      measure(house, past(house, { age: 50 * DAY, count: 10 }), { sensor: kind, kind })
    set(house, 'readings:humidity', 'never')
    set(house, 'readings:power', 60)
    rollUp(house)
    expect(house.all('SELECT DISTINCT sensor_type FROM sensor_readings ORDER BY 1')).toEqual([
      { sensor_type: 'humidity' },
      { sensor_type: 'power' },
    ])
    set(house, 'readings', '40')
    set(house, 'readings:power', 'default')
    house.tick(1_000)
    expect(house.all('SELECT DISTINCT sensor_type FROM sensor_readings')).toEqual([{ sensor_type: 'humidity' }])
  })

  it('removes old rollups of five minutes and keeps those of hours', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 370 * DAY, count: 60 }))
    rollUp(house)
    settle(house, 'reading_rollups')
    house.tick(HOUR)
    house.tick(1_000)
    expect(house.all('SELECT step, sum(count) AS n FROM reading_rollups GROUP BY step')).toEqual([
      { step: 3_600_000, n: 60 },
    ])
    expect(count(house, 'readings')).toBe(0)
  })

  it('removes old rejected messages, and the device may fill its share again', () => {
    const house = retentionHouse()
    for (let message = 0; message < 1_001; message++) house.send(['lares/garden-esp/event', '{'])
    expect(count(house, 'rejected_messages')).toBe(1_000)
    house.tick(31 * DAY)
    expect(count(house, 'rejected_messages')).toBe(0)
    house.send(['lares/garden-esp/event', '{'])
    expect(count(house, 'rejected_messages')).toBe(1)
  })

  it('takes at most 5,000 rows in a transaction, the oldest of all series first', () => {
    const house = retentionHouse()
    for (const sensor of ['a', 'b', 'c']) measure(house, past(house, { age: 60 * DAY, count: 3_000 }), { sensor })
    house.tick(HOUR)
    const went: number[] = []
    while (count(house, 'readings') > 0 && went.length < 50) {
      const before = count(house, 'readings')
      house.tick(1_000)
      went.push(before - count(house, 'readings'))
      const spans = house.all<{ first: number }>('SELECT min(reading_time) AS first FROM readings GROUP BY series_id')
      const firsts = spans.map(({ first }) => first)
      if (firsts.length === 3) expect(Math.max(...firsts) - Math.min(...firsts)).toBeLessThanOrEqual(60_000)
    }
    expect(Math.max(...went)).toBeLessThanOrEqual(5_000)
    expect(went.filter((rows) => rows > 0).length).toBeGreaterThan(1)
  })

  it('goes on after a restart in the middle of it', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 60 * DAY, count: 9_000, every: 1_000 }))
    house.tick(HOUR)
    house.tick(1_000)
    expect(count(house, 'readings')).toBeGreaterThan(0)
    house.restart()
    settle(house)
    expect(count(house, 'readings')).toBe(0)
  })

  it('is not captured: central keeps its copy', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 400 * DAY, count: 100 }))
    oldEvent(house, { age: 400 * DAY, severity: 'error' })
    rollUp(house)
    const changes = () => house.all('SELECT table_name, row_key FROM sync_changes ORDER BY seq')
    const before = changes()
    house.tick(HOUR)
    settle(house)
    expect(count(house, 'readings')).toBe(0)
    expect(ids(house, 'events', "event_type = 'old'")).toEqual([])
    expect(changes()).toEqual(before)
  })

  it('looks past rows that may not go, in bounded stretches', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 60 * DAY, count: 45_000, every: 1_000 }))
    const all = ids(house, 'readings')
    // Only the newest of those rows may go: a look must come to it past all others.
    house.unsent.acknowledged.readings = all.at(-1) ?? 0
    house.unsent.quarantine.readings = new Set(all.slice(0, -1))
    rollUp(house)
    house.tick(HOUR)
    expect(count(house, 'readings')).toBe(45_000)
    house.tick(1_000)
    house.tick(1_000)
    expect(count(house, 'readings')).toBe(44_999)
  })

  it('keeps a bounded number of rows over a year', () => {
    const house = retentionHouse()
    let most = 0
    for (let quarter = 0; quarter < 400 * 4; quarter++) {
      measure(house, past(house, { age: 6 * HOUR, count: 36, every: 600_000 }))
      house.tick(6 * HOUR)
      if (quarter % 4 === 0) most = Math.max(most, count(house, 'readings'))
    }
    expect(most).toBeLessThanOrEqual(31 * 144)
    expect(count(house, 'readings')).toBeGreaterThanOrEqual(29 * 144)
    const steps = house.all<{ step: number; n: number }>(
      'SELECT step, count(*) AS n FROM reading_rollup_buckets GROUP BY step',
    )
    expect(steps[0]?.n).toBeLessThanOrEqual(366 * 144)
    expect(steps[1]?.n).toBeGreaterThanOrEqual(399 * 24)
    expect(
      house.all('SELECT sum(count) AS n FROM reading_rollup_buckets WHERE step = 3600000')[0]?.n,
    ).toBeGreaterThanOrEqual(399 * 144)
  }, 600_000)
})
