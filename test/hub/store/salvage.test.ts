import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newestKey } from '../../../hub/store/append-keys.ts'
import { RESTORED_COPY, writeBackup } from '../../../hub/store/backup.ts'
import { noteDamage } from '../../../hub/store/check-mark.ts'
import { restoreDatabase, salvageDatabase } from '../../../hub/store/maintenance.ts'
import { type OpenedStore, openStore } from '../../../hub/store/open-store.ts'
import { backupFolder, storeFile } from '../../../hub/store/places.ts'
import { salvage, salvageFile } from '../../../hub/store/salvage.ts'
import { readReport, type SalvageReport } from '../../../hub/store/salvage-report.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'
import { smallDisk, smallDiskTrouble } from '../../faults/lib/small-disk.ts'
import { houseWithReadings, leavesOf, misplace, PAGE, pagesOf, READINGS, SINCE, spoil } from './damage.ts'

let whole: string
let folder: string
let store: OpenedStore | null

beforeAll(() => {
  whole = mkdtempSync(join(tmpdir(), 'lares-whole-'))
  houseWithReadings(whole)
})
afterAll(() => rmSync(whole, { recursive: true, force: true }))
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-salvage-'))
  store = null
  cpSync(whole, folder, { recursive: true })
})
afterEach(() => {
  store?.db.close()
  rmSync(folder, { recursive: true, force: true })
})

const file = () => storeFile(folder)
const backup = () => writeBackup({ source: file(), folder: backupFolder(folder), now: 5_000 })

/** What the start after damage was noted has, and what it says of it. */
function mended(): { db: Sqlite.Database; report: SalvageReport | null; toTell: string[] } {
  noteDamage(file(), 'somebody met damage')
  store = openStore({ folder, now: 9_000, log: silentLog })
  const { db, toTell } = store
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(db.pragma('foreign_key_check')).toEqual([])
  expect(readdirSync(folder).filter((name) => /^hub\.db\.damaged-\d+$/.test(name))).toHaveLength(1)
  expect(readdirSync(folder).filter((name) => /salvage|\.part|\.next-/.test(name))).toEqual([])
  return { db, report: readReport(db), toTell }
}

const count = (db: Sqlite.Database, table: string) =>
  Number(db.prepare(`SELECT count(*) FROM "${table}"`).pluck().get())
const setting = (db: Sqlite.Database, key: string) =>
  db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(key)

/** Every reading that is there is the one that was stored under its key. */
function expectTrueReadings(db: Sqlite.Database): void {
  const wrong = `SELECT count(*) FROM readings WHERE value != id / 7.0 OR received_at != ${SINCE} + id * 1000 OR series_id != 1 + id % 2`
  expect(db.prepare(wrong).pluck().get()).toBe(0)
}

/** All readings are there but those of the ranges that the report names. */
function expectAllBut(db: Sqlite.Database, report: SalvageReport | null, most: number): void {
  expectTrueReadings(db)
  const lost = (report?.lost ?? []).filter(({ table }) => table === 'readings')
  // One whose bytes are rubbish in part may name a series that there is not.
  const gone = report?.orphans.readings ?? 0
  const rows = gone + lost.reduce((sum, { after, before }) => sum + ((before ?? READINGS + 1) - after - 1), 0)
  expect(count(db, 'readings')).toBe(READINGS - rows)
  expect(rows).toBeLessThanOrEqual(most)
  expect(rows).toBeGreaterThan(0)
}

describe('what is saved of a damaged database', () => {
  it('is every reading but those of the leaf that is rubbish, without any backup, and it says which those are', () => {
    const [, , leaf = 0] = leavesOf(file(), 'readings')
    spoil(file(), leaf)
    const { db, report } = mended()
    expectAllBut(db, report, 200)
    expect(report?.lost).toHaveLength(1)
    const [{ table, after, before, from, to } = { table: '', after: 0, before: 0, from: 0, to: 0 }] = report?.lost ?? []
    expect([table, from, to]).toEqual(['readings', SINCE + after * 1000, SINCE + (before ?? 0) * 1000])
    expect(count(db, 'events')).toBe(2_001)
  })

  it('is what stands before and behind the damage of a page that is rubbish in part', () => {
    const [, , leaf = 0] = leavesOf(file(), 'readings')
    spoil(file(), leaf, { from: PAGE / 2, bytes: PAGE / 2 })
    const { db, report } = mended()
    expectAllBut(db, report, 120)
  })

  it('has no row that lies where it does not belong, after a write that hit another page', () => {
    const leaves = leavesOf(file(), 'readings')
    misplace(file(), leaves[60] ?? 0, leaves[20] ?? 0)
    const { db, report } = mended()
    expectAllBut(db, report, 200)
  })

  it('is what other pages hold when several are gone, the first and the last among them', () => {
    const leaves = leavesOf(file(), 'readings')
    for (const leaf of [leaves.at(0), leaves.at(40), leaves.at(42), leaves.at(-1)]) spoil(file(), leaf ?? 0)
    const { db, report } = mended()
    expect(report?.lost.map(({ before }) => before === null)).toEqual([false, false, false, true])
    expectAllBut(db, report, 800)
    // No key is given out twice, although the newest rows are gone.
    expect(newestKey(db, 'readings')).toBeGreaterThan(READINGS)
  })

  it('gives out no key of an event again, although the newest events are gone', () => {
    spoil(file(), leavesOf(file(), 'events').at(-1) ?? 0)
    const { db } = mended()
    expect(db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'").pluck().get()).toBe(2_001)
    expect(db.prepare('SELECT max(id) FROM events').pluck().get()).toBeLessThan(2_001)
  })

  it('is every other table when the root of the readings is gone', () => {
    spoil(file(), pagesOf(file(), 'readings')[0]?.number ?? 0)
    const { db, report } = mended()
    expect([count(db, 'readings'), count(db, 'events'), count(db, 'devices')]).toEqual([0, 2_001, 2])
    expect(report?.lost).toEqual([{ table: 'readings', after: 0, before: null, from: null, to: null }])
  })

  it('is all of it when only an index is damaged', () => {
    spoil(file(), leavesOf(file(), 'ix_events_created_at')[1] ?? 0)
    const { db, report, toTell } = mended()
    expectTrueReadings(db)
    expect([count(db, 'readings'), report?.lost]).toEqual([READINGS, []])
    expect(toTell.join()).toContain('no row was lost')
  })

  it('says how many rows were lost at most, and how many of them central has', () => {
    const joined = openStore({ folder, now: 6_000, log: silentLog })
    const acknowledged = READINGS - 10
    joined.db
      .prepare(
        "INSERT INTO sync_streams (stream, table_name, epoch, first, position, chain, updated_at) VALUES ('readings', 'readings', 1, 0, ?, '', 1)",
      )
      .run(acknowledged)
    joined.close()
    const leaves = leavesOf(file(), 'readings')
    for (const leaf of [leaves.at(3), leaves.at(-1)]) spoil(file(), leaf ?? 0)
    const { report, toTell } = mended()
    const [{ after, before } = { after: 0, before: 0 }, { after: last } = { after: 0 }] = report?.lost ?? []
    const lost = (before ?? 0) - after - 1
    expect(report?.atCentral).toBe(lost + acknowledged - last)
    expect(toTell.join()).toContain(
      `rows of readings (up to ${lost} and the last ones) were lost; central has up to ${report?.atCentral} of them, which come back`,
    )
  })

  it('is what the backup has of a small table, and readings as they were', () => {
    backup()
    spoil(file(), pagesOf(file(), 'devices')[0]?.number ?? 0)
    const { db, report } = mended()
    expect([count(db, 'devices'), count(db, 'readings'), count(db, 'events')]).toEqual([2, READINGS, 2_001])
    expect(report?.fromBackup).toEqual(['devices'])
  })

  it('forgets readings whose device neither the file nor the backup knows any more', () => {
    backup()
    const changed = openStore({ folder, now: 6_000, log: silentLog })
    changed.db.exec(
      "DELETE FROM sync_changes; INSERT INTO devices (id, house_id, name, device_class, integration_type, auth_token_hash, status_since, discovery_method, created_at, updated_at) VALUES ('n', 'h', 'New', 'sensor', 'lares', 'hash', 1, 'manual', 1, 1);" +
        "INSERT INTO reading_series (id, device_id, sensor, sensor_type, created_at) VALUES (3, 'n', 's', 'number', 1); INSERT INTO readings (series_id, reading_time, received_at, value) VALUES (3, 1, 1, 1)",
    )
    changed.close()
    spoil(file(), pagesOf(file(), 'devices')[0]?.number ?? 0)
    const { db, report } = mended()
    expect([count(db, 'devices'), count(db, 'readings')]).toEqual([2, READINGS])
    expect(report?.orphans).toEqual({ reading_series: 1, readings: 1 })
  })

  it('is what the file still has when its end is gone', () => {
    truncateSync(file(), Math.floor(statSync(file()).size / PAGE / 3) * PAGE)
    writeBackup({ source: storeFile(whole), folder: backupFolder(folder), now: 5_000 })
    const { db, report } = mended()
    expectTrueReadings(db)
    expect(count(db, 'readings')).toBeGreaterThan(1_000)
    expect(report?.lost.map(({ table }) => table)).toContain('readings')
    expect(count(db, 'devices')).toBe(2)
  })

  it('is nothing when the file does not say which tables it has: then the backup takes its place', () => {
    backup()
    spoil(file(), 1)
    const { db, report } = mended()
    expect([count(db, 'devices'), count(db, 'readings'), report]).toEqual([2, 0, null])
  })

  it('is nothing when a small table is damaged that no backup has: the file stays where it is', () => {
    spoil(file(), pagesOf(file(), 'devices')[0]?.number ?? 0)
    noteDamage(file(), 'somebody met damage')
    const { size } = statSync(file())
    expect(() => openStore({ folder, now: 9_000, log: silentLog })).toThrow(LaresError)
    expect(statSync(file()).size).toBe(size)
    expect(readdirSync(folder).filter((name) => /damaged|salvage/.test(name))).toEqual([])
  })
})

describe('saving that was interrupted', () => {
  const nobody = { backup: null, found: 'damage' }
  /** Is killed when it meets what cannot be read. */
  const killed = {
    ...silentLog,
    warn() {
      throw new Error('killed')
    },
  }
  const begin = () =>
    expect(() => salvage({ ...nobody, file: file(), target: salvageFile(file()), log: killed })).toThrow('killed')
  /** Marks what is saved already. */
  function mark(): void {
    const begun = new Sqlite(salvageFile(file()))
    begun.exec("UPDATE houses SET name = 'saved before'")
    begun.close()
  }
  const finish = () => salvage({ ...nobody, file: file(), target: salvageFile(file()), log: silentLog })
  const names = () => {
    const saved = new Sqlite(salvageFile(file()), { readonly: true })
    const found = [saved.prepare('SELECT name FROM houses').pluck().get(), count(saved, 'readings') > 11_000]
    saved.close()
    return found
  }

  beforeEach(() => {
    spoil(file(), leavesOf(file(), 'readings')[2] ?? 0)
    begin()
    mark()
  })

  it('goes on where it was', () => {
    expect(finish().kind).toBe('saved')
    expect(names()).toEqual(['saved before', true])
  })

  it('begins anew when the damaged file is not the same any more', () => {
    utimesSync(file(), 1, 1)
    expect(finish().kind).toBe('saved')
    expect(names()).toEqual(['Home', true])
  })
})

const trouble = smallDiskTrouble('a disk that has no room for what is saved')

describe.skipIf(trouble !== null)('on a disk that is nearly full', () => {
  it('nothing is saved, the backup takes the place, and it is said how much room was wanted', () => {
    const disk = smallDisk(48)
    if (typeof disk === 'string') throw new Error(disk)
    try {
      cpSync(whole, disk.folder, { recursive: true })
      const database = storeFile(disk.folder)
      writeBackup({ source: database, folder: backupFolder(disk.folder), now: 5_000 })
      spoil(database, leavesOf(database, 'readings')[2] ?? 0)
      noteDamage(database, 'somebody met damage')
      const opened = openStore({ folder: disk.folder, now: 9_000, log: silentLog })
      expect([count(opened.db, 'readings'), count(opened.db, 'devices')]).toEqual([0, 2])
      expect(opened.toTell[0]).toMatch(/were not saved, because that needs \d+ MB of free space/)
      expect(readdirSync(disk.folder)).toContain('hub.db.damaged-9000')
      opened.db.close()
    } finally {
      disk.remove()
    }
  })
})

describe('lares hub salvage', () => {
  const saved = () => join(folder, 'backups', 'saved.db')
  const asked = (from: string) => salvageDatabase(folder, from, { to: saved(), log: silentLog })

  it('saves what can be read of a file that was set aside, for a restore', () => {
    const aside = join(folder, 'aside.db')
    cpSync(file(), aside)
    spoil(aside, leavesOf(aside, 'readings')[2] ?? 0)
    expect(asked(aside)).toMatch(/rows of readings \(up to \d+\) were lost/)
    expect(readdirSync(join(folder, 'backups'))).toEqual(['saved.db'])
    restoreDatabase(folder, saved(), { now: 7_000 })
    store = openStore({ folder, now: 9_000, log: silentLog })
    expectAllBut(store.db, readReport(store.db), 200)
  })

  it('takes neither a file of which nothing can be read nor the database itself, and leaves nothing behind', () => {
    const aside = join(folder, 'aside.db')
    cpSync(file(), aside)
    spoil(aside, 1)
    expect(() => asked(aside)).toThrow('does not say what is in it')
    expect(() => asked(file())).toThrow('whose start mends it')
    expect(() => asked(join(folder, 'none.db'))).toThrow('there is no file')
    expect(readdirSync(join(folder, 'backups'))).toEqual([])
  })
})

describe('a house of which rows were saved', () => {
  it('is to central the one that it was, when what it lost is not used to tell houses apart', () => {
    spoil(file(), leavesOf(file(), 'readings')[2] ?? 0)
    const { db, report } = mended()
    expect([report?.isSameHouse, setting(db, RESTORED_COPY)]).toEqual([true, undefined])
  })

  it.each(['devices', 'sync_changes', 'sync_streams', 'hub_settings'])(
    'is to central as a restored backup, when what it lost is of %s',
    (table) => {
      const changed = openStore({ folder, now: 6_000, log: silentLog })
      changed.db.exec("UPDATE houses SET name = 'House'")
      changed.close()
      backup()
      spoil(file(), pagesOf(file(), table)[0]?.number ?? 0)
      const { db, report } = mended()
      expect([report?.isSameHouse, setting(db, RESTORED_COPY)]).toEqual([false, 'true'])
      expectTrueReadings(db)
      expect(count(db, 'readings')).toBe(READINGS)
    },
  )
})
