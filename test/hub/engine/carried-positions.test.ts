import { expect, it } from 'vitest'
import { CarriedPositions } from '../../../hub/engine/carried-positions.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { migratedHouse } from '../store/migrated.ts'

const LANE = 1
const NOW = 1_000

/** A house in which one lane is at 2, and what stands of it in its row. */
function houseWithLane() {
  const db = migratedHouse(':memory:')
  db.pragma('foreign_keys = OFF')
  db.prepare(
    "INSERT INTO device_streams (id, device_id, epoch, lane, last_seq, updated_at) VALUES (?, 'kitchen-pi', 'e1', 'live', 2, 0)",
  ).run(LANE)
  const stored = () => Number(db.prepare('SELECT last_seq FROM device_streams').pluck().get())
  return { db, carried: new CarriedPositions(db), stored }
}

/** As a transaction in which one input is undone. */
function undone(db: Database, carried: CarriedPositions, run: () => void): void {
  db.exec('SAVEPOINT input')
  const mark = carried.mark()
  run()
  db.exec('ROLLBACK TO input')
  db.exec('RELEASE input')
  carried.back(mark)
}

it('a position that was written by an input that is undone is written once more', () => {
  const { db, carried, stored } = houseWithLane()
  db.exec('BEGIN')
  carried.move(LANE, 5)
  undone(db, carried, () => {
    carried.move(LANE, 6)
    carried.settle(NOW)
  })
  db.exec('COMMIT')
  carried.committed()
  expect([carried.last(LANE, stored()), stored()]).toEqual([5, 2])
  db.exec('BEGIN')
  carried.settle(NOW)
  db.exec('COMMIT')
  carried.committed()
  expect(stored()).toBe(5)
})

it('what moved after it was written is still carried by its row', () => {
  const { db, carried, stored } = houseWithLane()
  db.exec('BEGIN')
  carried.move(LANE, 5)
  carried.settle(NOW)
  carried.move(LANE, 7)
  undone(db, carried, () => carried.move(LANE, 9))
  db.exec('COMMIT')
  carried.committed()
  expect([carried.last(LANE, stored()), stored()]).toEqual([7, 5])
})

it('a transaction that is undone leaves what was committed before it', () => {
  const { db, carried, stored } = houseWithLane()
  carried.move(LANE, 3)
  carried.committed()
  db.exec('BEGIN')
  carried.move(LANE, 4)
  carried.settle(NOW)
  db.exec('ROLLBACK')
  carried.forget()
  expect([carried.last(LANE, stored()), stored()]).toEqual([3, 2])
})
