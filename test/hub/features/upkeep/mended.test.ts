import { expect, it } from 'vitest'
import { type LostRows, storeReport } from '../../../../hub/store/salvage-report.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const REPORT = { found: 'Tree 7 page 9', lost: [], fromBackup: [], orphans: {}, atCentral: 0, isSameHouse: true }

/** A house that starts with what is to be told. */
function mendedHouse(lost: LostRows[]): TestHouse {
  const house = openTestHouse()
  storeReport(house.db, { ...REPORT, lost })
  house.restart()
  return house
}

const told = (house: TestHouse) =>
  house
    .all<{ event_type: string; event_data: string }>(
      "SELECT event_type, event_data FROM events WHERE event_type IN ('database_mended', 'readings_lost') ORDER BY id",
    )
    .map(({ event_type, event_data }) => [event_type, JSON.parse(event_data)])

it('tells of a mended database once, with the keys and times of the readings that were lost', () => {
  const house = mendedHouse([
    { table: 'events', after: 4, before: 9, from: 40, to: 90 },
    { table: 'readings', after: 100, before: 231, from: 1_000, to: 2_310 },
    { table: 'readings', after: 900, before: null, from: 9_000, to: null },
  ])
  house.restart()
  expect(told(house)).toEqual([
    [
      'database_mended',
      {
        found: 'Tree 7 page 9',
        lost_ranges: 3,
        lost: [{ table: 'events', first_id: 5, last_id: 8, from: 40, to: 90 }],
        from_backup: [],
        orphans: {},
        at_central: 0,
        new_epoch: false,
      },
    ],
    ['readings_lost', { first_id: 101, last_id: 230, from: 1_000, to: 2_310 }],
    ['readings_lost', { first_id: 901, last_id: null, from: 9_000, to: null }],
  ])
})

it('tells of very many damaged places in one event for what is left of them', () => {
  const range = (n: number) => ({ table: 'readings', after: n * 10, before: n * 10 + 5, from: n, to: n + 1 })
  const events = told(mendedHouse(Array.from({ length: 150 }, (_, n) => range(n))))
  expect(events).toHaveLength(102)
  expect(events.at(-1)).toEqual(['readings_lost', { first_id: 1_001, last_id: 1_004, from: 100, to: 101, ranges: 50 }])
})
