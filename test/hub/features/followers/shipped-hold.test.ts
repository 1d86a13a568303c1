import { describe, expect, it } from 'vitest'
import { ask, commandInput } from '../../engine/ask.ts'
import {
  count,
  DAY,
  disk,
  HOUR,
  measure,
  oldEvent,
  past,
  type RetentionHouse,
  retentionHouse,
  rollUp,
} from '../retention/retention-house.ts'
import { gapsOf, outside, positionOf, step } from './test-followers.ts'

/** A house with every setting as it is shipped, and ten readings of each kind that came an hour ago. */
function houseWith(...kinds: string[]): RetentionHouse {
  const house = retentionHouse({ followers: [outside()] })
  for (const kind of kinds) measure(house, past(house, { age: HOUR, count: 10 }), { sensor: kind, kind })
  rollUp(house)
  return house
}

function wait(house: RetentionHouse, days: number): void {
  house.now += days * DAY
  for (let second = 0; second < 3; second += 1) house.tick(1_000)
}

describe('rows that a follower has not had, by the settings that are shipped', () => {
  it('stay for seven days beyond their thirty, and go then as a gap', () => {
    const house = houseWith('temperature')
    const left = [29, 2, 5.5, 1].map((days) => {
      wait(house, days)
      return count(house, 'readings')
    })
    expect(left).toEqual([10, 10, 10, 0])
    expect(gapsOf(house, 'export')).toEqual([{ first_id: 1, last_id: 10, rows: 10, reason: 'purged' }])
  })

  it('go at the end of their thirty days once it had them', () => {
    const house = houseWith('temperature')
    step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 10 })
    wait(house, 31)
    expect([count(house, 'readings'), positionOf(house, 'export')?.lost_rows]).toEqual([0, 0])
  })

  it('are held from the end of the time of their own kind', () => {
    const house = houseWith('temperature', 'humidity')
    ask(house, commandInput('retention/set', { class: 'readings:humidity', days: 1 }))
    wait(house, 7)
    expect(count(house, 'readings')).toBe(20)
    wait(house, 2)
    expect(house.all('SELECT DISTINCT sensor_type FROM sensor_readings')).toEqual([{ sensor_type: 'temperature' }])
  })

  it('are events too, each by its severity', () => {
    const events = outside({ table: 'events', storedAt: 'created_at' })
    const house = retentionHouse({ followers: [events] })
    for (const [age, severity] of [
      [38, 'info'],
      [36, 'info'],
      [38, 'error'],
    ] as const)
      oldEvent(house, { age: age * DAY, severity })
    house.tick(1_000)
    const left = house.all("SELECT severity FROM events WHERE event_type = 'old' ORDER BY id")
    expect(left).toEqual([{ severity: 'info' }, { severity: 'error' }])
  })

  it('that came when their time was over wait for seven days from then', () => {
    const house = retentionHouse({ followers: [outside()] })
    measure(house, past(house, { age: 50 * DAY, count: 10 }))
    rollUp(house)
    wait(house, 6)
    expect(count(house, 'readings')).toBe(10)
    wait(house, 2)
    expect(count(house, 'readings')).toBe(0)
  })

  it('go after what nobody waits for on a disk that fills up, also when they are older than seven days', () => {
    const house = houseWith('temperature')
    step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 4 })
    house.now += 20 * DAY
    disk(house, 0.86, 1e15)
    house.tick(1_000)
    expect([count(house, 'readings'), positionOf(house, 'export')?.lost_rows]).toEqual([6, 0])
    for (let second = 0; second < 5; second += 1) house.tick(1_000)
    expect([count(house, 'readings'), positionOf(house, 'export')?.lost_rows]).toEqual([0, 6])
  })
})
