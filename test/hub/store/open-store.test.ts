import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newestKey } from '../../../hub/store/append-keys.ts'
import { writeBackup } from '../../../hub/store/backup.ts'
import { damageOfFile } from '../../../hub/store/check.ts'
import { noteDamage, noteSound, uncheckedMark } from '../../../hub/store/check-mark.ts'
import { HUB_MIGRATIONS, openStore } from '../../../hub/store/open-store.ts'
import { backupFolder, storeFile } from '../../../hub/store/places.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'
import { readMigrations } from '../../../shared/sqlite/migrate.ts'
import { PAGE_SIZE } from '../../../shared/sqlite/page-size.ts'
import { HOUSE_ROWS } from './house-rows.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-store-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => storeFile(folder)
const open = (now = 1_000) => openStore({ folder, now, log: silentLog })
const backup = (now: number) => writeBackup({ source: file(), folder: backupFolder(folder), now })

/** A store with a house, a device, three readings and an event. */
function filled() {
  const store = open()
  store.db.exec(HOUSE_ROWS)
  return store
}

function errorCode(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return error instanceof LaresError ? error.code : String(error)
  }
  return 'none'
}

const count = (db: Sqlite.Database, table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

/** Overwrites bytes of the database; page 1 holds its header and its schema. */
function damage(at: number, bytes = 64): void {
  const fd = openSync(file(), 'r+')
  writeSync(fd, Buffer.alloc(bytes, 0x5a), 0, bytes, at)
  closeSync(fd)
}

const rootPage = (db: Sqlite.Database, name: string) =>
  Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name))

describe('opening the store', () => {
  it('again finds everything, durable as before', () => {
    filled().close()
    const store = open()
    expect(count(store.db, 'readings')).toBe(3)
    expect(store.db.pragma('synchronous', { simple: true })).toBe(2)
    expect(store.db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(store.db.pragma('wal_autocheckpoint', { simple: true })).toBe(0)
    expect(store.toTell).toEqual([])
    store.close()
  })

  it('after an unclean end checks what is small at once, and after a clean one does not', () => {
    const store = filled()
    expect(existsSync(join(folder, 'hub.db-running'))).toBe(true)
    const page = rootPage(store.db, 'users')
    store.close()
    expect(existsSync(join(folder, 'hub.db-running'))).toBe(false)
    // A page that opening never reads: only the check finds it.
    damage((page - 1) * PAGE_SIZE)
    open().close()
    writeFileSync(join(folder, 'hub.db-running'), '')
    expect(errorCode(open)).toBe('corrupt_database')
  })

  it('after an unclean end leaves what grows to a later check, also over further starts, until that has passed', () => {
    filled().db.close()
    const first = open()
    expect(first.unchecked).toBe(true)
    first.close()
    const second = open()
    expect(second.unchecked).toBe(true)
    expect(damageOfFile(file())).toBeNull()
    noteSound(file())
    second.close()
    const third = open()
    expect(third.unchecked).toBe(false)
    third.close()
  })

  it.each(['events', 'ix_events_created_at', 'readings', 'messages', 'reading_rollups'])(
    'once damage of %s was met serves nobody from it: it is checked, set aside, and what can be read takes its place',
    (name) => {
      const store = filled()
      backup(1_000)
      const page = rootPage(store.db, name)
      store.close()
      damage((page - 1) * PAGE_SIZE)
      writeFileSync(join(folder, 'hub.db-running'), '')
      const unchecked = open()
      expect(unchecked.unchecked).toBe(true)
      const met = damageOfFile(file())
      expect(met).toMatch(/malformed|Tree|page/)
      unchecked.db.close()
      noteDamage(file(), String(met))
      const again = open(9_000)
      expect(again.toTell).toEqual([
        expect.stringContaining('what could be read of it was saved'),
        expect.stringContaining('hub.db.damaged-9000'),
      ])
      expect(again.unchecked).toBe(false)
      again.close()
      expect(existsSync(uncheckedMark(file()))).toBe(false)
    },
  )

  it('finds an index that says something else than its table once somebody met that', () => {
    const store = filled()
    store.db.exec(
      'INSERT INTO reading_rollups (series_id, step, bucket, min, max, sum, count, created_at) VALUES ' +
        '(1, 300000, 1, 1, 1, 1, 1, 1), (1, 300000, 2, 1, 1, 1, 1, 1), (1, 300000, 3, 1, 1, 1, 1, 1)',
    )
    const page = (rootPage(store.db, 'ix_reading_rollups_5m') - 1) * PAGE_SIZE
    store.close()
    // The entry of series 1, bucket 2, row 2: a header of four bytes, then the numbers that are not 1. Its bucket is 5 now.
    const entry = readFileSync(file()).indexOf(Buffer.from([4, 9, 1, 1, 2, 2]), page)
    expect(entry - page).toBeLessThan(PAGE_SIZE)
    const fd = openSync(file(), 'r+')
    writeSync(fd, Buffer.from([5]), 0, 1, entry + 4)
    closeSync(fd)
    expect(damageOfFile(file())).toBeNull()
    noteDamage(file(), 'database disk image is malformed')
    const again = open()
    expect(again.toTell.join()).toContain('no row was lost')
    const found =
      'SELECT id FROM reading_rollups INDEXED BY ix_reading_rollups_5m WHERE series_id = 1 AND step = 300000 AND bucket = 2'
    expect(again.db.prepare(found).pluck().all()).toEqual([2])
    again.close()
  })

  it('goes on where damage was met that is not there, as bad memory makes it', () => {
    filled().db.close()
    noteDamage(file(), 'database disk image is malformed')
    const store = open()
    expect(store.unchecked).toBe(false)
    expect(store.toTell).toEqual([])
    store.close()
    expect(existsSync(uncheckedMark(file()))).toBe(false)
  })

  it('checks all of a database with an unclean end before it is migrated', () => {
    const store = filled()
    const page = rootPage(store.db, 'events')
    store.db.exec('DELETE FROM schema_migrations WHERE name = (SELECT max(name) FROM schema_migrations)')
    store.db.close()
    damage((page - 1) * PAGE_SIZE)
    // What was saved of it is migrated; here that fails, because it has been already.
    expect(open).toThrow(/already exists|duplicate column|no such index/)
    expect(existsSync(`${file()}.damaged-1000`)).toBe(true)
  })

  it('after an unclean end of a sound file just goes on', () => {
    const store = filled()
    store.db.close()
    const again = open()
    expect(again.toTell).toEqual([])
    expect(count(again.db, 'readings')).toBe(3)
    again.close()
  })

  it.each([
    ['its header is overwritten', () => damage(0)],
    ['it is cut off', () => writeFileSync(file(), readFileSync(file()).subarray(0, 5_000))],
    ['it is something else', () => writeFileSync(file(), 'x'.repeat(10_000))],
  ])('sets a damaged file aside when %s, and takes the newest backup that is sound', (_how, harm) => {
    const store = filled()
    const good = backup(1_000)
    store.db.exec("UPDATE houses SET name = 'Later'")
    const newest = backup(2_000)
    store.db.close()
    writeFileSync(newest, 'also damaged')
    harm()
    const damaged = readFileSync(file())
    const again = open(9_000)
    expect(good).toMatch(/1000\.db$/)
    expect(again.db.prepare('SELECT name FROM houses').pluck().get()).toBe('Home')
    const aside = `${file()}.damaged-9000`
    expect(again.toTell).toEqual([expect.stringContaining(aside)])
    expect(readFileSync(aside)).toEqual(damaged)
    expect(newestKey(again.db, 'readings')).toBe(3)
    again.close()
    // It stays a matter for a person until somebody has dealt with it.
    const told = open()
    expect(told.toTell).toHaveLength(1)
    told.close()
    unlinkSync(aside)
    expect(open().toTell).toEqual([])
  })

  it('without a backup refuses a damaged file and leaves it where it is', () => {
    filled().close()
    damage(0)
    const before = readFileSync(file())
    expect(errorCode(open)).toBe('corrupt_database')
    expect(readFileSync(file())).toEqual(before)
  })

  it('never starts empty where a database was: a vanished file comes back from its backup', () => {
    const store = filled()
    backup(1_000)
    store.db.close()
    for (const name of readdirSync(folder).filter((one) => one.startsWith('hub.db') && one !== 'hub.db-running'))
      unlinkSync(join(folder, name))
    const again = open(9_000)
    expect(count(again.db, 'houses')).toBe(1)
    expect(again.toTell).toEqual(['the database was gone and a backup took its place'])
    again.close()
  })

  it('never starts empty where a database was: without a backup it refuses', () => {
    const store = filled()
    store.db.close()
    for (const name of readdirSync(folder).filter((one) => one.startsWith('hub.db') && one !== 'hub.db-running'))
      unlinkSync(join(folder, name))
    expect(errorCode(open)).toBe('corrupt_database')
    expect(existsSync(file())).toBe(false)
  })

  it('refuses a database that a newer version wrote, and changes nothing of it', () => {
    const store = filled()
    store.db.exec("INSERT INTO schema_migrations (name, hash, applied_at) VALUES ('9999_future', 'x', 1)")
    store.close()
    backup(1_000)
    expect(errorCode(open)).toBe('newer_schema')
    const db = new Sqlite(file(), { readonly: true })
    expect(count(db, 'readings')).toBe(3)
    db.close()
  })

  it('tells the planner that readings are many, whatever it was told before', () => {
    const store = filled()
    store.db.exec("ANALYZE; UPDATE sqlite_stat1 SET stat = '1' WHERE tbl = 'readings'")
    store.close()
    const again = open()
    expect(again.db.prepare("SELECT stat FROM sqlite_stat1 WHERE tbl = 'readings'").pluck().all()).toEqual(['1000000'])
    again.close()
  })

  it('goes on with a database whose first migration was cut off', () => {
    const db = new Sqlite(file())
    db.exec(
      'CREATE TABLE schema_migrations (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
    )
    db.close()
    writeFileSync(join(folder, 'hub.db-running'), '')
    const store = open()
    expect(count(store.db, 'schema_migrations')).toBe(readMigrations(HUB_MIGRATIONS).length)
    store.close()
  })

  it('copies the database before it migrates', () => {
    const [first] = readMigrations(HUB_MIGRATIONS)
    const db = new Sqlite(file())
    db.exec(first?.sql ?? '')
    db.exec(
      'CREATE TABLE schema_migrations (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT',
    )
    db.close()
    const fresh = mkdtempSync(join(tmpdir(), 'lares-store-'))
    const other = openStore({ folder: fresh, now: 1, log: silentLog })
    const hash = other.db.prepare('SELECT hash FROM schema_migrations WHERE name = ?').pluck().get(first?.name)
    other.close()
    rmSync(fresh, { recursive: true })
    const again = new Sqlite(file())
    again.prepare('INSERT INTO schema_migrations VALUES (?, ?, 1)').run(first?.name, hash)
    again.exec("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h', 'Before', 1, 1)")
    again.close()
    const store = open()
    expect(count(store.db, 'schema_migrations')).toBe(readMigrations(HUB_MIGRATIONS).length)
    store.close()
    const copies = readdirSync(backupFolder(folder))
    expect(copies).toEqual(['before-0001_sensor-readings.db'])
    const copy = new Sqlite(join(backupFolder(folder), copies[0] ?? ''), { readonly: true })
    expect(copy.prepare('SELECT name FROM houses').pluck().get()).toBe('Before')
    expect(count(copy, 'schema_migrations')).toBe(1)
    copy.close()
  })

  it('opens a copy of database and log taken in the middle of writing, with everything that was committed', () => {
    const store = filled()
    const other = mkdtempSync(join(tmpdir(), 'lares-store-'))
    for (const suffix of ['', '-wal']) copyFileSync(`${file()}${suffix}`, `${storeFile(other)}${suffix}`)
    writeFileSync(join(other, 'hub.db-running'), '')
    const copy = openStore({ folder: other, now: 1, log: silentLog })
    expect(copy.toTell).toEqual([])
    expect(count(copy.db, 'readings')).toBe(3)
    copy.close()
    store.close()
    rmSync(other, { recursive: true })
  })
})
