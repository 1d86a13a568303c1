import { describe, expect, it } from 'vitest'
import { writeIndexedUpto } from '../../../../hub/store/indexed-readings.ts'
import {
  count,
  DAY,
  disk,
  fineAlone,
  HOUR,
  measure,
  oldEvent,
  past,
  type RetentionHouse,
  retentionHouse,
  rollUp,
} from './retention-house.ts'

const MINUTE = 60_000

interface Thinned {
  since: number
  oldest: number
  newest: number
  removed: Record<string, number>
  at_central: number
}

const thinned = (house: RetentionHouse): Thinned[] =>
  house
    .all<{ event_data: string }>("SELECT event_data FROM events WHERE event_type = 'thinned' ORDER BY id")
    .map(({ event_data }) => JSON.parse(event_data) as Thinned)

const ages = (house: RetentionHouse, sensor: string): number[] =>
  house
    .all<{ age: number }>(
      'SELECT ? - reading_time AS age FROM sensor_readings WHERE sensor = ? ORDER BY 1',
      house.now,
      sensor,
    )
    .map(({ age }) => Math.round(age / DAY))

/** Keeps the disk this full for some time, measured once a minute. */
function fullFor(house: RetentionHouse, usedShare: number, minutes: number): void {
  for (let minute = 0; minute < minutes; minute++) {
    // Pages that are free inside the file do not count here: the test says how full it is.
    disk(house, usedShare, 1e15)
    for (let second = 0; second < 4; second++) house.tick(15_000)
  }
}

/** Readings of many ages, rolled up. */
function aged(house: RetentionHouse, days: number[]): void {
  for (const age of days) measure(house, past(house, { age: age * DAY, count: 10 }))
  rollUp(house)
}

describe('a disk that fills up', () => {
  it('is said once at 70 %, and again only after it was below 65 %', () => {
    const house = retentionHouse()
    const said = () => house.all("SELECT severity FROM events WHERE event_type = 'disk_space_low'").length
    for (const [usedShare, times] of [
      [0.69, 0],
      [0.71, 1],
      [0.69, 1],
      [0.9, 1],
      [0.64, 1],
      [0.72, 2],
    ] as const) {
      disk(house, usedShare)
      expect([usedShare, said()]).toEqual([usedShare, times])
    }
  })

  it('is not thinned below 85 %, and not without a measurement of late', () => {
    const house = retentionHouse()
    aged(house, [20, 10])
    fullFor(house, 0.84, 5)
    expect(count(house, 'readings')).toBe(20)
    disk(house, 0.9, 1e15)
    house.tick(10 * MINUTE)
    house.tick(1_000)
    expect(count(house, 'readings')).toBe(20)
    fullFor(house, 0.86, 1)
    expect(count(house, 'readings')).toBeLessThan(20)
  })

  it('gives up first what central has and what is beyond half of its time, oldest first', () => {
    const house = retentionHouse()
    aged(house, [25, 20, 14, 2])
    house.unsent.acknowledged = { readings: 1e9, events: 1e9, reading_rollups: 0 }
    disk(house, 0.86, 1e15)
    house.tick(1_000)
    expect([...new Set(ages(house, 's'))]).toEqual([2, 14])
    disk(house, 0.79, 1e15)
    house.tick(1_000)
    house.tick(MINUTE)
    expect([...new Set(ages(house, 's'))]).toEqual([2, 14])
  })

  it('then everything central has that is older than a day, then raw readings it has not, then old fine rollups', () => {
    const house = retentionHouse()
    aged(house, [14, 9, 3])
    const central = house.all<{ id: number }>('SELECT max(id) AS id FROM readings')[0]?.id ?? 0
    house.unsent.acknowledged = { readings: central, events: 0, reading_rollups: 0 }
    measure(house, past(house, { age: 10 * DAY, count: 7 }), { sensor: 'unsent' })
    measure(house, past(house, { age: 30 * MINUTE, count: 5 }), { sensor: 'fresh' })
    rollUp(house)
    const state = () => [
      ages(house, 's').length,
      ages(house, 'unsent').length,
      ages(house, 'fresh').length,
      house.all('SELECT 1 FROM reading_rollups WHERE step = 300000 AND bucket < ?', house.now - 7 * DAY).length > 0,
    ]
    const seen = [state()]
    for (let second = 0; second < 20; second++) {
      disk(house, 0.9, 1e15)
      house.tick(1_000)
      const now = state()
      if (JSON.stringify(seen.at(-1)) !== JSON.stringify(now)) seen.push(now)
    }
    expect(seen).toEqual([
      [30, 7, 5, true],
      [0, 7, 5, true],
      [0, 0, 5, true],
      [0, 0, 5, false],
    ])
    // What was removed lives on: every reading is in the hourly rollups.
    expect(house.all('SELECT sum(count) AS n FROM reading_rollups WHERE step = 3600000')).toEqual([{ n: 42 }])
  })

  it('keeps rows whose reply from central may have been lost', () => {
    const house = retentionHouse()
    aged(house, [20])
    house.unsent.acknowledged = { readings: 0, events: 0, reading_rollups: 0 }
    house.unsent.flying = [{ first: 2, last: 5 }]
    fullFor(house, 0.9, 5)
    expect(house.all('SELECT id FROM readings')).toEqual([{ id: 3 }, { id: 4 }, { id: 5 }])
    house.unsent.flying = []
    fullFor(house, 0.9, 15)
    expect(count(house, 'readings')).toBe(0)
  })

  it('keeps a fine rollup of late readings until the hourly one has them too', () => {
    const house = retentionHouse()
    house.unsent.acknowledged = { readings: 0, events: 0, reading_rollups: 0 }
    house.tick(HOUR)
    measure(house, past(house, { age: 10 * DAY, count: 5 }))
    const fine = () => house.all('SELECT count FROM reading_rollups WHERE step = 300000')
    fineAlone(house)
    fullFor(house, 0.9, 20)
    expect(fine()).toEqual([{ count: 5 }])
    rollUp(house)
    fullFor(house, 0.9, 30)
    expect(fine()).toEqual([])
    expect(house.all('SELECT count FROM reading_rollups')).toEqual([{ count: 5 }])
  })

  it('never gives up events that central has not, the audit, hourly rollups, or what waits in quarantine', () => {
    const house = retentionHouse()
    aged(house, [20, 9])
    const [sent, unsent] = [oldEvent(house, { age: 5 * DAY }), oldEvent(house, { age: 5 * DAY })]
    const audit = oldEvent(house, { age: 300 * DAY, category: 'audit' })
    const [held] = house.all<{ id: number }>('SELECT min(id) AS id FROM readings')
    house.unsent.acknowledged = { readings: 0, events: sent, reading_rollups: 0 }
    house.unsent.quarantine.readings = new Set([held?.id ?? 0])
    fullFor(house, 0.99, 30)
    expect(house.all('SELECT id FROM readings')).toEqual([held])
    expect(house.all("SELECT id FROM events WHERE event_type = 'old' ORDER BY id")).toEqual([
      { id: unsent },
      { id: audit },
    ])
    expect(house.all('SELECT sum(count) AS n FROM reading_rollups WHERE step = 3600000')).toEqual([{ n: 20 }])
  })

  it('without a central gives up raw readings, for which rollups stand, and no events within half of their time', () => {
    const house = retentionHouse()
    aged(house, [20, 9])
    const recent = oldEvent(house, { age: 10 * DAY })
    oldEvent(house, { age: 20 * DAY })
    fullFor(house, 0.9, 20)
    expect(count(house, 'readings')).toBe(0)
    expect(house.all("SELECT id FROM events WHERE event_type = 'old'")).toEqual([{ id: recent }])
    expect(house.all('SELECT sum(count) AS n FROM reading_rollups WHERE step = 3600000')).toEqual([{ n: 20 }])
  })

  it('is thinned from 85 % down to below 80 %, not in between', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 25 * DAY, count: 12_000, every: 1_000 }))
    rollUp(house)
    disk(house, 0.86, 1e15)
    house.tick(1_000)
    expect(count(house, 'readings')).toBe(7_000)
    disk(house, 0.81, 1e15)
    house.tick(1_000)
    expect(count(house, 'readings')).toBe(2_000)
    disk(house, 0.79, 1e15)
    house.tick(1_000)
    expect(count(house, 'readings')).toBe(2_000)
    disk(house, 0.84, 1e15)
    house.tick(1_000)
    expect(count(house, 'readings')).toBe(2_000)
  })

  it('counts free pages of the database as free, so that thinning ends when enough can be used again', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 25 * DAY, count: 40_000, every: 1_000 }))
    rollUp(house)
    const pages =
      Number(house.db.pragma('page_count', { simple: true })) * Number(house.db.pragma('page_size', { simple: true }))
    // The database is a fifth of the disk; 15 % of the disk is free. Enough is a twentieth: a quarter of the database.
    const totalBytes = pages * 5
    for (let second = 0; second < 30; second++) {
      if (second % 60 === 0) house.send({ kind: 'disk', totalBytes, freeBytes: totalBytes * 0.149 })
      house.tick(1_000)
    }
    expect(count(house, 'readings')).toBeGreaterThan(10_000)
    expect(count(house, 'readings')).toBeLessThan(35_000)
  })

  it('goes on as soon as rollups stand for what could not be removed without them', () => {
    const house = retentionHouse()
    house.tick(HOUR)
    measure(house, past(house, { age: 20 * DAY, count: 10 }))
    fullFor(house, 0.9, 1)
    expect(count(house, 'readings')).toBe(10)
    // To just before the next hour, in which it comes to rest again.
    house.tick(HOUR - (house.now % HOUR) - 60_000)
    fullFor(house, 0.9, 1)
    expect(count(house, 'readings')).toBe(10)
    fullFor(house, 0.9, 1)
    expect(count(house, 'readings')).toBe(0)
  })

  it('is said in one event an hour, with counts and the span of time, also over a restart', () => {
    const house = retentionHouse()
    house.unsent.acknowledged = { readings: 0, events: 0, reading_rollups: 0 }
    aged(house, [20, 9])
    const from = house.now
    disk(house, 0.9, 1e15)
    for (let second = 0; second < 3; second++) house.tick(1_000)
    expect(count(house, 'readings')).toBe(0)
    house.restart()
    fullFor(house, 0.9, 5)
    expect(thinned(house)).toMatchObject([{ removed: { readings: 20 }, at_central: 0 }])
    const [event] = thinned(house)
    expect(Math.round((from - (event?.oldest ?? 0)) / DAY)).toBe(20)
    expect(Math.round((from - (event?.newest ?? 0)) / DAY)).toBe(9)
    expect(house.all("SELECT severity, category FROM events WHERE event_type = 'thinned'")).toEqual([
      { severity: 'warning', category: 'system' },
    ])

    // More of it within the hour waits for the next event, and none is lost.
    for (let round = 0; round < 3; round++) {
      measure(house, past(house, { age: 5 * DAY, count: 10 }))
      fullFor(house, 0.9, 70)
    }
    const all = thinned(house)
    expect(all.length).toBeLessThanOrEqual(5)
    expect(all.reduce((sum, one) => sum + (one.removed.readings ?? 0), 0)).toBe(50)
  })

  it('gives back what was counted when the transaction is undone', () => {
    const house = retentionHouse()
    aged(house, [20])
    disk(house, 0.9, 1e15)
    house.db.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON hub_settings WHEN NEW.key = 'thinned' BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    house.tick(1_000)
    house.db.exec('DROP TRIGGER broken')
    expect(count(house, 'readings')).toBe(10)
    // What failed is left alone for some ticks.
    fullFor(house, 0.9, 30)
    expect(thinned(house)).toMatchObject([{ removed: { readings: 10 } }])
  })

  it('takes at most 5,000 rows in a transaction', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 25 * DAY, count: 11_000, every: 1_000 }))
    rollUp(house)
    const left: number[] = []
    for (let second = 0; second < 4; second++) {
      disk(house, 0.9, 1e15)
      house.tick(1_000)
      left.push(count(house, 'readings'))
    }
    expect(left.slice(0, 3)).toEqual([6_000, 1_000, 0])
  })

  it('removes what is indexed also where more of it cannot be', () => {
    const house = retentionHouse()
    aged(house, [20])
    measure(house, past(house, { age: 10 * DAY, count: 5 }))
    house.db.exec("CREATE TRIGGER broken BEFORE INSERT ON reading_index BEGIN SELECT RAISE(ABORT, 'no'); END")
    fullFor(house, 0.9, 10)
    expect(count(house, 'readings')).toBe(5)
  })

  it('leaves the last room to what is removed, and indexes no more than that needs, without a rest', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 25 * DAY, count: 40_000, every: 1_000 }))
    rollUp(house)
    house.db.exec('DELETE FROM reading_index')
    writeIndexedUpto(house.db, 0)
    house.restart()
    for (let second = 0; second < 12; second++) {
      disk(house, 0.99)
      house.tick(1_000)
      expect(count(house, 'reading_index')).toBeLessThan(10_000)
    }
    expect(count(house, 'readings')).toBeLessThan(33_000)
  })

  it('leaves it to that also while readings come, which are indexed once there is room', () => {
    const house = retentionHouse()
    house.tick(1_000)
    disk(house, 0.9)
    measure(house, past(house, { age: DAY, count: 5_000, every: 1_000 }))
    expect(count(house, 'reading_index')).toBe(0)
    disk(house, 0.1)
    house.tick(1_000)
    expect(count(house, 'reading_index')).toBe(5_000)
  })
})
