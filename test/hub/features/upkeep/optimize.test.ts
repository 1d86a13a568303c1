import { describe, expect, it, vi } from 'vitest'
import { tellOfReadings } from '../../../../hub/store/planner-statistics.ts'
import type { Database } from '../../../../shared/sqlite/open.ts'
import { query } from '../../engine/ask.ts'
import { openTestHouse, reading, type TestHouse } from '../../engine/engine-in-memory.ts'

const DAY = 86_400_000

function house(): TestHouse {
  const opened = openTestHouse()
  opened.device('pi-a1b2c3')
  opened.tick(1_000)
  opened.tick(1_000)
  return opened
}

let seq = 0
function say(opened: TestHouse): void {
  seq += 1
  opened.send(['lares/pi-a1b2c3/readings', reading(seq, seq)])
}
const optimizedAt = (opened: TestHouse) =>
  Number(opened.all<{ value: string }>("SELECT value FROM hub_settings WHERE key = 'optimized_at'")[0]?.value)

it('tells the planner what is in the tables, once a day', () => {
  const opened = house()
  for (let n = 0; n < 50; n++) say(opened)
  const first = optimizedAt(opened)
  opened.tick(DAY / 2)
  expect(optimizedAt(opened)).toBe(first)
  opened.tick(DAY / 2)
  opened.tick(1_000)
  expect(optimizedAt(opened)).toBe(opened.now - 1_000)
  expect(opened.all("SELECT 1 AS known FROM sqlite_stat1 WHERE tbl = 'readings'")).toEqual([{ known: 1 }])
})

it('waits for a second in which nothing came, and for no longer than another day', () => {
  const opened = house()
  const first = optimizedAt(opened)
  opened.now += DAY
  for (let seconds = 0; seconds < 3; seconds++) {
    say(opened)
    opened.tick(1_000)
  }
  expect(optimizedAt(opened)).toBe(first)
  opened.now += DAY
  say(opened)
  opened.tick(1_000)
  expect(optimizedAt(opened)).toBe(opened.now)
})

it('looks at a bounded number of rows, however many there are', () => {
  const opened = house()
  expect(opened.db.pragma('analysis_limit', { simple: true })).toBe(400)
})

describe('the planner never takes readings to be few', () => {
  const RANGES = [
    'SELECT * FROM series_readings WHERE series_id = 1 AND reading_time > 5 ORDER BY reading_time, id',
    'SELECT * FROM sensor_readings WHERE device_id = 5 AND reading_time > 5',
  ]

  /** Scans of all readings by any statement that the house prepares in a life with questions, and by what people ask. */
  function scansOf(opened: TestHouse): string[] {
    const prepared = vi.spyOn(opened.db, 'prepare')
    opened.restart()
    say(opened)
    opened.tick(3_600_000)
    const sensor = { device: 'pi-a1b2c3', sensor: 'cpu_temperature' }
    query(opened, 'readings/query', sensor)
    query(opened, 'readings/summary', sensor)
    query(opened, 'readings/latest')
    const own = prepared.mock.calls.map(([sql]) => sql)
    prepared.mockRestore()
    const read = own.filter((sql) => /\breadings\b|series_readings/.test(sql) && /^(?:SELECT|INSERT|DELETE)/.test(sql))
    expect(read.filter((sql) => sql.includes('reading_index')).length).toBeGreaterThan(2)
    return [...new Set([...read, ...RANGES])].flatMap((sql) =>
      planOf(opened.db, sql).flatMap((step) => (/^SCAN (?:r|found|readings)\b/.test(step) ? [`${step}: ${sql}`] : [])),
    )
  }

  function planOf(db: Database, sql: string): string[] {
    const bound = sql.replace(/\?|[@:][a-z]+/gi, '1')
    return (db.prepare(`EXPLAIN QUERY PLAN ${bound}`).all() as { detail: string }[]).map(({ detail }) => detail)
  }

  /** What a version that did not see to it left. */
  function saidOnce(opened: TestHouse, rows: number): void {
    opened.db.exec(`UPDATE sqlite_stat1 SET stat = '${rows}' WHERE tbl = 'readings'; ANALYZE sqlite_schema`)
  }

  it('where it looked when there was one', () => {
    const opened = openTestHouse()
    opened.device('pi-a1b2c3')
    say(opened)
    opened.tick(1_000)
    expect(opened.all('SELECT count(*) AS rows FROM readings')).toEqual([{ rows: 1 }])
    expect(opened.all("SELECT stat FROM sqlite_stat1 WHERE tbl = 'readings'")).toEqual([{ stat: '1000000' }])
    expect(scansOf(opened)).toEqual([])
  })

  it.each([1, 2, 20])('where it was told before that they are %i', (rows) => {
    const opened = house()
    say(opened)
    opened.tick(2 * DAY)
    saidOnce(opened, rows)
    tellOfReadings(opened.db)
    expect(scansOf(opened)).toEqual([])
  })

  it('nor is it told again what it knows', () => {
    const opened = house()
    say(opened)
    opened.tick(2 * DAY)
    const before = opened.db.prepare('SELECT total_changes()').pluck().get()
    tellOfReadings(opened.db)
    expect(opened.db.prepare('SELECT total_changes()').pluck().get()).toBe(before)
  })
})
