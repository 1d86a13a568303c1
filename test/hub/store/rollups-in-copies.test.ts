import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listBackups, writeBackup } from '../../../hub/store/backup.ts'
import { noteDamage } from '../../../hub/store/check-mark.ts'
import { restoreDatabase } from '../../../hub/store/maintenance.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { backupFolder, storeFile } from '../../../hub/store/places.ts'
import { silentLog } from '../../../shared/log.ts'
import { leavesOf, spoil } from './damage.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 1)

let folder: string
let now: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-rollups-'))
  now = START
  const store = open()
  store.db.exec("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h', 'Home', 1, 1)")
  for (const device of ['pi-a', 'pi-b']) addDevice(store.db, device)
  store.close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => storeFile(folder)
const copies = () => backupFolder(folder)
const open = () => openStore({ folder, now, log: silentLog })
const backup = (options: { whole?: boolean } = {}) => writeBackup({ source: file(), folder: copies(), now, ...options })

function addDevice(db: Sqlite.Database, id: string): void {
  db.prepare(
    'INSERT INTO devices (id, house_id, name, device_class, integration_type, auth_token_hash, status_since, discovery_method, created_at, updated_at) ' +
      "VALUES (?, 'h', ?, 'sensor', 'lares', 'x', 1, 'manual', 1, 1)",
  ).run(id, id)
  db.prepare(
    'INSERT INTO reading_series (device_id, sensor, sensor_type, unit, created_at) VALUES (?, ?, ?, ?, 1)',
  ).run(...[id, 'temperature', 'temperature', '°C'])
}

/** So many hours pass, in each of which both sensors have a rollup. */
function live(hours: number, value = 20): void {
  const db = new Sqlite(file())
  const add = db.prepare(
    'INSERT INTO reading_rollups (series_id, step, bucket, min, max, sum, count, created_at) VALUES (?, 3600000, ?, ?, ?, ?, 60, ?)',
  )
  db.transaction(() => {
    for (let hour = 0; hour < hours; hour += 1) {
      now += HOUR
      for (const series of [1, 2]) add.run(series, now, value, value + 1, value * 60, now)
    }
  })()
  db.close()
}

function rollups(of: string): unknown[] {
  const db = new Sqlite(of, { readonly: true })
  const rows = db.prepare('SELECT * FROM reading_rollups ORDER BY id').all()
  db.close()
  return rows
}

/** Damages the database; the next start takes the newest backup. Returns what it tells. */
function damage(): string[] {
  for (const name of readdirSync(folder)) if (/^hub\.db-(wal|shm)$/.test(name)) rmSync(join(folder, name))
  writeFileSync(file(), 'no database at all')
  noteDamage(file(), 'seen')
  const store = open()
  store.close()
  return store.toTell
}

const MISSING = expect.stringContaining('older hourly values of sensors are missing')

describe('a copy of an hour', () => {
  it('carries only the rollups that no two others have, and a restored one has them all', () => {
    live(1_000)
    const first = backup()
    live(1)
    const second = backup()
    live(5)
    const third = backup()
    expect([rollups(first).length, rollups(second).length, rollups(third).length]).toEqual([2_000, 2_002, 13])
    expect(statSync(third).size).toBeLessThan(statSync(second).size - 80_000)
    const all = rollups(file())
    expect(damage()).not.toContainEqual(MISSING)
    expect(rollups(file())).toEqual(all)
  })

  it('is whole again after three days, also where the clock was ahead when the last whole one was made', () => {
    for (let copy = 0; copy < 2; copy += 1) {
      live(1)
      backup()
    }
    const isWhole = () => rollups(backup()).length === rollups(file()).length
    live(71)
    expect(isWhole()).toBe(false)
    live(1)
    expect(isWhole()).toBe(true)
    now -= 30 * DAY
    live(1)
    expect(isWhole()).toBe(true)
  })

  it('is whole when it is asked to be, because the others are about to go', () => {
    live(10)
    for (let copy = 0; copy < 3; copy += 1) backup()
    expect(rollups(backup({ whole: true }))).toEqual(rollups(file()))
  })

  it('leaves to those of another life of the database only what was in this one, too', () => {
    live(10)
    const old = backup()
    for (let copy = 0; copy < 2; copy += 1) {
      live(3)
      backup()
    }
    restoreDatabase(folder, old, { now })
    // The same keys again, with other values.
    live(20, 30)
    backup()
    const all = rollups(file())
    damage()
    expect(rollups(file())).toEqual(all)
  })

  it('is whole where the newest whole ones have other rows of the same keys', () => {
    live(10)
    const old = backup()
    for (let copy = 0; copy < 2; copy += 1) {
      live(72)
      backup()
      live(1)
      backup()
    }
    restoreDatabase(folder, old, { now })
    live(150, 30)
    now -= 80 * HOUR
    expect(rollups(backup())).toEqual(rollups(file()))
  })
})

describe('a copy that left rollups to others', () => {
  it('gets them from the second whole copy where the first is damaged', () => {
    live(1_000)
    backup()
    const damaged = backup()
    live(1)
    backup()
    const all = rollups(file())
    const [, second = 0] = leavesOf(damaged, 'reading_rollups')
    spoil(damaged, second)
    expect(damage()).not.toContainEqual(MISSING)
    expect(rollups(file())).toEqual(all)
  })

  it('is restored without them where no whole one is left, and that is said', () => {
    live(100)
    const whole = [backup(), backup()]
    live(1)
    backup()
    for (const copy of whole) rmSync(copy)
    expect(damage()).toContainEqual(MISSING)
    expect(rollups(file()).length).toBeGreaterThan(0)
    // What comes after it is whole again, and knows of no others.
    expect(rollups(backup())).toEqual(rollups(file()))
  })

  it('gets them when a person restores it, from beside it', () => {
    live(50)
    for (let copy = 0; copy < 2; copy += 1) backup()
    live(1)
    const copy = backup()
    const all = rollups(file())
    live(1)
    const told: string[] = []
    restoreDatabase(folder, copy, { now, told: (what) => told.push(what) })
    expect([rollups(file()), told]).toEqual([all, []])
  })

  it('is no loss to a database of which a page of old rollups is gone', () => {
    live(2_000)
    for (let copy = 0; copy < 2; copy += 1) backup()
    live(1)
    backup()
    const all = rollups(file())
    const [, second = 0] = leavesOf(file(), 'reading_rollups')
    spoil(file(), second)
    noteDamage(file(), 'seen')
    open().close()
    expect(rollups(file())).toEqual(all)
  })

  it('gets nothing back of a device that left since', () => {
    live(50)
    for (let copy = 0; copy < 2; copy += 1) backup()
    const db = new Sqlite(file())
    db.pragma('foreign_keys = ON')
    db.exec("DELETE FROM devices WHERE id = 'pi-a'")
    db.close()
    backup()
    damage()
    expect(rollups(file())).toHaveLength(50)
  })

  it('keeps the two newest whole copies in the folder, however many others there are', () => {
    live(10)
    const whole = [backup(), backup()]
    for (let copy = 0; copy < 30; copy += 1) {
      live(1)
      backup()
    }
    expect(listBackups(copies())).toHaveLength(26)
    expect(listBackups(copies())).toEqual(expect.arrayContaining(whole))
  })
})
