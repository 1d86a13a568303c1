import { expect, it } from 'vitest'
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
