import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newestKey } from '../../../hub/store/append-keys.ts'
import { noteDamage } from '../../../hub/store/check-mark.ts'
import { type OpenedStore, openStore } from '../../../hub/store/open-store.ts'
import { givenBetween } from '../../../hub/store/passed-keys.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { readReport } from '../../../hub/store/salvage-report.ts'
import { silentLog } from '../../../shared/log.ts'
import { openTestHouse, reading, START } from '../engine/engine-in-memory.ts'
import { houseWithReadings, leavesOf, READINGS, spoil } from './damage.ts'

let folder: string
let store: OpenedStore | null

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-keys-'))
  store = null
})
afterEach(() => {
  store?.db.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Makes rubbish of rows in a way that no check of SQLite sees, loses one leaf of readings, and has the next start mend it. */
function mended(rubbish: string, now = 9_000): Sqlite.Database {
  const file = storeFile(folder)
  const db = new Sqlite(file)
  db.exec(`PRAGMA ignore_check_constraints = ON; ${rubbish}`)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  spoil(file, leavesOf(file, 'readings')[2] ?? 0)
  noteDamage(file, 'somebody met damage')
  store = openStore({ folder, now, log: silentLog })
  return store.db
}

const lostReadings = (db: Sqlite.Database) =>
  readReport(db)?.lost.flatMap(({ table, after, before }) => (table === 'readings' ? [[after, before]] : []))

describe('keys of readings after a salvage', () => {
  it('go on behind rows that the new table refused', () => {
    houseWithReadings(folder)
    // Neither the index nor the books know of them yet.
    const unindexed = "DELETE FROM hub_settings WHERE key = 'readings_indexed'"
    const db = mended(`UPDATE readings SET quality = 7 WHERE id > ${READINGS - 3}; ${unindexed}`)
    expect(lostReadings(db)?.at(-1)).toEqual([READINGS - 3, READINGS + 1])
    expect(db.prepare('SELECT max(id) FROM readings').pluck().get()).toBe(READINGS - 3)
    expect(newestKey(db, 'readings')).toBe(READINGS)
    expect(givenBetween(db, 'readings', { after: 0, upto: READINGS })?.rows).toBe(READINGS)
  })

  it('go on behind rows that went with a series that is not there', () => {
    houseWithReadings(folder)
    const db = mended(`UPDATE readings SET series_id = 999 WHERE id > ${READINGS - 3}`)
    expect(readReport(db)?.orphans).toEqual({ readings: 3 })
    expect(newestKey(db, 'readings')).toBe(READINGS)
  })

  it('go on where they were when the key of a refused row is rubbish itself', () => {
    houseWithReadings(folder)
    const db = mended(`UPDATE readings SET quality = 7, id = ${2 ** 52} WHERE id = ${READINGS}`)
    expect(newestKey(db, 'readings')).toBeGreaterThanOrEqual(READINGS - 1)
    expect(newestKey(db, 'readings')).toBeLessThan(READINGS + 100_000)
  })

  it('that nobody knows of count as passed over, those of refused rows as given', () => {
    houseWithReadings(folder)
    spoil(storeFile(folder), leavesOf(storeFile(folder), 'readings').at(-1) ?? 0)
    const db = mended(`UPDATE readings SET quality = 7 WHERE id = 9000`)
    const all = { after: 0, upto: newestKey(db, 'readings') }
    expect(all.upto).toBe(READINGS + 50_000)
    expect(givenBetween(db, 'readings', all)).toEqual({ first: 1, last: READINGS, rows: READINGS })
  })

  it('leave the books right: a kill counts no message out, and none is stored twice', () => {
    const first = openStore({ folder, now: START, log: silentLog })
    const house = openTestHouse({ db: first.db })
    house.device('kitchen-pi')
    for (let seq = 1; seq <= 500; seq++) house.send(['lares/kitchen-pi/readings', reading(seq, seq)])
    house.engine.stop({ now: house.now, clockSynced: true })
    const newest = newestKey(first.db, 'readings')
    first.close()
    const db = mended(`UPDATE readings SET quality = 7 WHERE id > ${newest - 5}`, house.now)
    const again = openTestHouse({ db, now: house.now })
    for (let seq = 501; seq <= 503; seq++) again.send(['lares/kitchen-pi/readings', reading(seq, seq)])
    const before = again.engine.ledger
    again.restart()
    expect(again.engine.ledger).toEqual(before)
    expect(again.send(['lares/kitchen-pi/readings', reading(503, 503)])).toEqual(['duplicate'])
  })
})
