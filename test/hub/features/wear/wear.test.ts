import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ENGINE_PARTS } from '../../../../hub/core/engine-parts.ts'
import type { OpenFeature } from '../../../../hub/engine/feature.ts'
import { WriteBook, type WrittenByCause } from '../../../../hub/engine/write-book.ts'
import { openWear } from '../../../../hub/features/wear/engine.ts'
import { LogGrowth } from '../../../../shared/sqlite/log-growth.ts'
import type { Database } from '../../../../shared/sqlite/open.ts'
import { openTestHouse, reading, START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { migratedHouse } from '../../store/migrated.ts'

const MINUTE = 60_000
const DAY_MS = 86_400_000

let folder: string
let db: Database
let book: WriteBook

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-wear-'))
  db = migratedHouse(join(folder, 'hub.db'))
  db.pragma('wal_autocheckpoint = 0')
  db.pragma('wal_checkpoint(TRUNCATE)')
  book = new WriteBook(db, new LogGrowth(db))
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

const logBytes = () => Math.max(0, statSync(join(folder, 'hub.db-wal')).size - 32)
const bytesOf = (written: WrittenByCause) => Object.values(written).reduce((sum, { bytes }) => sum + bytes, 0)
const days = (house: TestHouse) =>
  house
    .all<{ id: number; began_at: number; written_at: number; written: string }>('SELECT * FROM wear_days ORDER BY id')
    .map(({ written, ...day }) => ({ ...day, written: JSON.parse(written) as WrittenByCause }))

/** A house of which nothing writes but what a test lets write. */
function quietHouse() {
  const wants = { row: false }
  const openWriter: OpenFeature = () => ({
    name: 'writer',
    writes: 'events',
    tick(context) {
      if (!wants.row) return
      wants.row = false
      context.db.exec("INSERT OR REPLACE INTO hub_settings (key, value) VALUES ('written', '1')")
    },
  })
  const house = openTestHouse({ db, writes: book, features: [openWriter, openWear] })
  house.tick(1_000)
  return {
    house,
    write(afterMs: number) {
      wants.row = true
      house.tick(afterMs)
    },
  }
}

describe('what a house writes', () => {
  it('is in the causes to the last byte of the log, with its own counting', () => {
    const house = openTestHouse({ db, writes: book })
    // A row made beside the engine, as a test does, is counted with the next commit.
    house.device('pi-a1b2c3')
    for (let seq = 1; seq <= 50; seq += 1) {
      house.send(['lares/pi-a1b2c3/readings', reading(seq, seq)])
      house.tick(30_000)
    }
    expect(days(house)).toHaveLength(1)
    expect(bytesOf(book.totals)).toBe(logBytes())
    expect(book.totals.readings?.commits).toBeGreaterThanOrEqual(50)
    expect(book.totals.rollups?.bytes).toBeGreaterThan(0)
  })

  it('is told by the feature that wrote it', () => {
    const house = openTestHouse({ db, writes: book, features: ENGINE_PARTS })
    const before = book.totals
    house.device('pi-a1b2c3')
    const identity = { epoch: 'e1', lane: 'live', seq: 1 }
    house.send(['lares/pi-a1b2c3/event', { ...identity, type: 'sensor_failing', data: { sensor: 'dht' } }])
    const { events, ...others } = book.totals
    const { events: eventsBefore, ...othersBefore } = before
    expect(events?.commits).toBe((eventsBefore?.commits ?? 0) + 1)
    expect(others).toEqual(othersBefore)
  })
})

describe('the days of what was written', () => {
  it('are stored with what is written anyway, and never by a commit of their own', () => {
    const { house, write } = quietHouse()
    const before = logBytes()
    for (let minutes = 0; minutes < 60; minutes += 1) house.tick(MINUTE)
    expect([logBytes(), days(house)]).toEqual([before, []])
    const commits = () => Object.values(book.totals).reduce((sum, written) => sum + written.commits, 0)
    const made = commits()
    write(1_000)
    expect(days(house)).toHaveLength(1)
    expect(commits()).toBe(made + 1)
  })

  it('are stored again after ten minutes at the earliest', () => {
    const { house, write } = quietHouse()
    write(2 * MINUTE)
    const storedAt = () => days(house)[0]?.written_at
    const first = storedAt()
    write(9 * MINUTE)
    expect(storedAt()).toBe(first)
    write(MINUTE)
    expect(storedAt()).toBe(house.now)
  })

  it('are stored when a clock was set back by an hour, and not only once it is there again', () => {
    const { house, write } = quietHouse()
    write(2 * MINUTE)
    house.db.exec('UPDATE wear_days SET written_at = 0')
    house.clockSynced = true
    write(-60 * MINUTE)
    expect(days(house)[0]?.written_at).not.toBe(0)
  })

  it('begin at midnight UTC, and the one before is stored as it ended', () => {
    const { house, write } = quietHouse()
    write(2 * MINUTE)
    house.now = START + DAY_MS - 2_000
    write(1_000)
    house.tick(500)
    const yesterday = book.totals
    write(11 * MINUTE)
    const [first, second] = days(house)
    expect(first?.written).toEqual(yesterday)
    expect(second).toMatchObject({ id: (first?.id ?? 0) + 1, written: {} })
    write(11 * MINUTE)
    expect(days(house)[1]?.written.events).toMatchObject({ commits: 1 })
  })

  it('go on after a restart, and count a backup, which commits nothing', () => {
    const { house, write } = quietHouse()
    write(2 * MINUTE)
    house.send({ kind: 'written', cause: 'backups', bytes: 5_000_000 })
    house.tick(1_000)
    house.engine.stop({ now: house.now, clockSynced: true })
    const stopped = days(house)[0]?.written
    expect(stopped?.backups).toEqual({ commits: 0, bytes: 5_000_000 })
    book = new WriteBook(db, new LogGrowth(db))
    const { house: again, write: writeAgain } = quietHouse()
    again.now = house.now
    again.tick(1_000)
    writeAgain(2 * MINUTE)
    const [day] = days(again)
    expect(day?.began_at).toBe(START + 1_000)
    expect(bytesOf(day?.written ?? {})).toBeGreaterThanOrEqual(bytesOf(stopped ?? {}))
    expect(day?.written.backups).toEqual({ commits: 0, bytes: 5_000_000 })
  })

  it('are stored by the next transaction, where one that stored them was rolled back', () => {
    const { house, write } = quietHouse()
    house.now += 2 * MINUTE
    db.exec("CREATE TEMP TRIGGER refuse BEFORE INSERT ON wear_days BEGIN SELECT RAISE(ABORT, 'no'); END")
    write(1_000)
    db.exec('DROP TRIGGER refuse')
    expect(days(house)).toEqual([])
    for (let seconds = 0; seconds < 20; seconds += 1) write(1_000)
    expect(days(house)).toHaveLength(1)
  })
})
