import { describe, expect, it } from 'vitest'
import { FOLLOWERS } from '../../../../hub/features/followers/settings.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import {
  count,
  DAY,
  disk,
  measure,
  oldEvent,
  past,
  type RetentionHouse,
  retentionHouse,
  rollUp,
} from '../retention/retention-house.ts'
import { gapEvents, gapsOf, outside, positionOf, step } from './test-followers.ts'

const HOUR = 3_600_000
const hold = (settings: Record<string, unknown>) => ({ followers: FOLLOWERS.schema.parse(settings) })
const events = outside({ table: 'events', storedAt: 'created_at' })

/** Events that were stored so many days ago, followed by one that has taken none of them. */
function houseWith(days: number[], settings: Record<string, unknown> = {}): RetentionHouse {
  const house = retentionHouse({ followers: [events], settings: hold(settings) })
  house.db.prepare("DELETE FROM events WHERE category <> 'audit'").run()
  for (const age of days) oldEvent(house, { age: age * DAY })
  house.restart()
  return house
}

const keep = (house: RetentionHouse, days: number) =>
  ask(house, commandInput('retention/set', { class: 'events', days }))
const left = (house: RetentionHouse) =>
  house
    .all<{ age: number }>("SELECT ? - created_at AS age FROM events WHERE event_type = 'old' ORDER BY id", house.now)
    .map(({ age }) => Math.round(age / DAY))
const keys = (house: RetentionHouse) =>
  house.all<{ id: number }>("SELECT id FROM events WHERE event_type = 'old' ORDER BY id").map(({ id }) => id)

describe('rows that a follower has not had', () => {
  it('stay beyond their time, and go once it had them', () => {
    const house = houseWith([6, 5, 4])
    keep(house, 3)
    house.tick(1_000)
    expect(left(house)).toEqual([6, 5, 4])
    const [, second = 0] = keys(house)
    step(house, {
      step: 'acknowledged',
      follower: 'export',
      from: positionOf(house, 'export')?.position ?? 0,
      upto: second,
    })
    house.tick(HOUR)
    expect(left(house)).toEqual([4])
    expect(gapsOf(house, 'export')).toEqual([])
  })

  it('go once they are older than it is waited for, as a gap that is counted and named', () => {
    const house = houseWith([12, 11, 6])
    const [first, second] = keys(house)
    keep(house, 3)
    house.tick(1_000)
    expect(left(house)).toEqual([6])
    expect(gapsOf(house, 'export')).toEqual([{ first_id: first, last_id: second, rows: 2, reason: 'purged' }])
    expect(positionOf(house, 'export')).toMatchObject({ lost_rows: 2 })
    const gap = { follower: 'export', table: 'events', first, last: second, rows: 2, reason: 'purged' }
    expect(gapEvents(house)).toEqual([gap])
  })

  it('wait as long as the settings say, for all or for one', () => {
    for (const settings of [{ hold_days: 20 }, { hold: { export: { days: 20 } } }]) {
      const house = houseWith([12, 11, 6], settings)
      keep(house, 3)
      house.tick(1_000)
      expect(left(house)).toEqual([12, 11, 6])
    }
  })

  it('go, the oldest first, once there are more of them than may wait', () => {
    const house = retentionHouse({ followers: [outside()], settings: hold({ hold_rows: 15 }) })
    ask(house, commandInput('retention/set', { class: 'readings', days: 1 }))
    measure(house, past(house, { age: 3 * DAY, count: 20 }))
    rollUp(house)
    expect(count(house, 'readings')).toBe(15)
    expect(positionOf(house, 'export')?.lost_rows).toBe(5)
    expect(gapsOf(house, 'export')).toMatchObject([{ first_id: 1, last_id: 5 }])
  })

  it('that are lost within an hour are one gap, said when it begins and when it has grown', () => {
    const house = houseWith([10.01, 9.99])
    keep(house, 3)
    house.tick(1_000)
    expect(gapEvents(house)).toMatchObject([{ rows: 1 }])
    house.tick(HOUR / 2)
    keep(house, 2)
    house.tick(1_000)
    expect(gapsOf(house, 'export')).toMatchObject([{ rows: 2 }])
    expect(gapEvents(house)).toHaveLength(1)
    for (let minute = 0; minute < 61; minute += 1) house.tick(60_000)
    expect(gapEvents(house)).toMatchObject([{ rows: 1 }, { rows: 2 }])
  })

  it('wait for nobody once this hub has the follower no more, or another of its name', () => {
    const house = houseWith([6, 5])
    keep(house, 3)
    house.restart({ followers: [{ ...events, name: 'renamed', start: 'now' }] })
    house.tick(1_000)
    expect(left(house)).toEqual([])
    expect(positionOf(house, 'export')).toMatchObject({ is_wanted: 0, lost_rows: 0 })
  })

  it('wait for none that only shows them', () => {
    const house = houseWith([6, 5])
    house.restart({ followers: [{ ...events, kind: 'fleeting', start: 'now', ring: 10 }] })
    keep(house, 3)
    house.tick(1_000)
    expect(left(house)).toEqual([])
  })

  it('are not taken for old by a clock that was ahead when they came, nor kept for ever', () => {
    const house = houseWith([-400, 6, 5])
    keep(house, 3)
    house.tick(1_000)
    expect(left(house)).toEqual([-400, 6, 5])
    house.now += 10 * DAY
    house.tick(1_000)
    expect(left(house)).toEqual([-390])
  })
})

describe('rows that a follower has not had, on a disk that fills up', () => {
  it('wait for nobody above 85 %, so that one that is away does not fill the card', () => {
    const house = retentionHouse({ followers: [outside()], settings: hold({ hold_days: 400 }) })
    for (const age of [20, 2]) measure(house, past(house, { age: age * DAY, count: 10 }))
    rollUp(house)
    disk(house, 0.84, 1e15)
    for (let second = 0; second < 30; second += 1) house.tick(1_000)
    expect(count(house, 'readings')).toBe(20)
    disk(house, 0.86, 1e15)
    for (let second = 0; second < 30; second += 1) house.tick(1_000)
    expect(count(house, 'readings')).toBeLessThan(20)
    const lost = 20 - count(house, 'readings')
    expect(positionOf(house, 'export')?.lost_rows).toBe(lost)
    expect(gapEvents(house)[0]).toMatchObject({ follower: 'export', table: 'readings', first: 1, reason: 'purged' })
  })

  it('go where nothing else would make room: events without a central, whose time is half over', () => {
    const house = houseWith([20, 16, 2], { hold_days: 400 })
    for (let minute = 0; minute < 3; minute += 1) {
      disk(house, 0.86, 1e15)
      for (let second = 0; second < 15; second += 1) house.tick(1_000)
    }
    expect(left(house)).toEqual([2])
    expect(positionOf(house, 'export')?.lost_rows).toBeGreaterThanOrEqual(2)
  })

  it('go after those that nobody waits for', () => {
    const house = retentionHouse({ followers: [outside()] })
    measure(house, past(house, { age: 20 * DAY, count: 2_500 }))
    measure(house, past(house, { age: 20 * DAY, count: 2_500 }))
    rollUp(house)
    step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 4_990 })
    disk(house, 0.86, 1e15)
    house.tick(1_000)
    expect(count(house, 'readings')).toBe(10)
    expect(positionOf(house, 'export')?.lost_rows).toBe(0)
  })
})

describe('a count of what was lost', () => {
  it('is undone with the transaction in which it went', () => {
    const house = houseWith([12, 11, 6])
    house.db.exec("CREATE TRIGGER broken BEFORE INSERT ON follower_gaps BEGIN SELECT RAISE(ABORT, 'no'); END")
    keep(house, 3)
    house.tick(1_000)
    expect(left(house)).toEqual([12, 11, 6])
    house.db.exec('DROP TRIGGER broken')
    for (let second = 0; second < 10; second += 1) house.tick(1_000)
    expect(positionOf(house, 'export')?.lost_rows).toBe(2)
  })
})
