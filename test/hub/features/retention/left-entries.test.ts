import { expect, it } from 'vitest'
import { count, DAY, HOUR, measure, past, retentionHouse, rollUp } from './retention-house.ts'

/** Entries of the index whose reading is gone. */
const LEFT = 'reading_index i WHERE NOT EXISTS (SELECT 1 FROM readings r WHERE r.id = i.id)'

function pass(house: ReturnType<typeof retentionHouse>): void {
  house.tick(HOUR)
  for (let ticks = 0; ticks < 10; ticks++) house.tick(1_000)
}

it('what a purge leaves in the index of readings goes many at a time, and what has a reading stays', () => {
  const house = retentionHouse()
  measure(house, past(house, { age: 60 * DAY, count: 3_000, every: 1_000 }), { sensor: 'much' })
  measure(house, past(house, { age: 60 * DAY, count: 300, every: 1_000 }), { sensor: 'little' })
  for (const sensor of ['much', 'little']) measure(house, past(house, { age: 10 * DAY, count: 20 }), { sensor })
  rollUp(house)
  pass(house)
  expect(count(house, 'readings')).toBe(40)
  expect(count(house, LEFT)).toBeLessThan(2_048)
  expect(count(house, 'reading_index') - count(house, LEFT)).toBe(40)
})

it('goes after a restart too, whatever an earlier life of the hub left', () => {
  const house = retentionHouse()
  for (let life = 0; life < 8; life++) {
    measure(house, past(house, { age: 60 * DAY, count: 500, every: 1_000 }))
    measure(house, past(house, { age: DAY, count: 1 }))
    rollUp(house)
    pass(house)
    expect(count(house, 'readings')).toBe(life + 1)
    house.restart()
  }
  expect(count(house, LEFT)).toBeLessThan(2_048 + 500)
})

it('goes with the last reading of a sensor', () => {
  const house = retentionHouse()
  measure(house, past(house, { age: 60 * DAY, count: 50 }))
  rollUp(house)
  pass(house)
  pass(house)
  expect([count(house, 'readings'), count(house, 'reading_index')]).toEqual([0, 0])
})

it('goes without the entries of readings that stay', () => {
  const house = retentionHouse()
  measure(house, past(house, { age: 60 * DAY, count: 3_000, every: 1_000 }))
  house.unsent.quarantine.readings = new Set([1, 2, 1_000])
  rollUp(house)
  pass(house)
  expect(count(house, 'readings')).toBe(3)
  expect(count(house, 'reading_index')).toBeLessThan(2_048)
  expect(count(house, 'series_readings')).toBe(3)
})
