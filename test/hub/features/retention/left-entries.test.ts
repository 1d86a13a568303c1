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

it('is stepped over in bounded steps, and what lies behind it goes all the same', () => {
  const house = retentionHouse()
  const [series, each] = [100, 1_000]
  const left = series * each
  const rolledUp = JSON.stringify({ upto: left + series, span: Math.floor(house.now / HOUR), covers: 0 })
  const numbers = (upto: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${upto})`
  house.db.exec(`
    ${numbers(series)} INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) SELECT 'garden-esp', 's' || i, 'number', 1 FROM n;
    ${numbers(left)} INSERT INTO reading_index SELECT 1 + i % ${series}, ${house.now - 100 * DAY} + i, i FROM n ORDER BY 1, 2, 3;
    ${numbers(series)} INSERT INTO readings (id, series_id, reading_time, received_at, value)
      SELECT ${left} + i, i, ${house.now - 60 * DAY} + i, ${house.now - 60 * DAY}, 1 FROM n;
    INSERT INTO reading_index SELECT series_id, reading_time, id FROM readings;
    INSERT OR REPLACE INTO hub_settings VALUES ('readings_indexed', '${left + series}'), ('rollup_5m', '${rolledUp}'), ('rollup_1h', '${rolledUp}')`)
  house.restart()
  house.tick(1_000)
  expect(count(house, 'readings')).toBe(series)
  house.tick(1_000)
  expect(count(house, 'readings')).toBe(0)
  // Nobody needs the entries any more.
  pass(house)
  expect(count(house, 'reading_index')).toBe(0)
})
