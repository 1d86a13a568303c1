import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newestKey } from '../../../hub/store/append-keys.ts'
import { listBackups, writeBackup, writeFullCopy } from '../../../hub/store/backup.ts'
import { HUB_MIGRATIONS, openStore } from '../../../hub/store/open-store.ts'
import { backupFolder, storeFile } from '../../../hub/store/places.ts'
import { isSound } from '../../../hub/store/sound.ts'
import { silentLog } from '../../../shared/log.ts'
import { readMigrations } from '../../../shared/sqlite/migrate.ts'
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

const count = (db: Sqlite.Database, table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

describe('the hourly backup', () => {
  it('has everything but readings and events, passes its check, and goes on with the keys', () => {
    const store = filled()
    const path = backup(5_000)
    expect(listBackups(backupFolder(folder))).toEqual([path])
    const copy = new Sqlite(path)
    expect([count(copy, 'devices'), count(copy, 'reading_series'), count(copy, 'schema_migrations')]).toEqual([
      1,
      1,
      readMigrations(HUB_MIGRATIONS).length,
    ])
    expect([count(copy, 'readings'), count(copy, 'events')]).toEqual([0, 0])
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(copy.pragma('foreign_key_check')).toEqual([])
    expect(newestKey(copy, 'readings')).toBe(3)
    // Search indexes are derived, and made by whoever opens the copy.
    const objects =
      "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' AND name NOT GLOB 'search_*' ORDER BY type, name"
    expect(copy.prepare(objects).all()).toEqual(store.db.prepare(objects).all())
    copy.close()
    store.close()
  })

  it('has the rollups of hours, which are all that is left of old readings, and not those of five minutes', () => {
    const store = filled()
    store.db.exec(
      'INSERT INTO reading_rollups (series_id, step, bucket, min, max, sum, count, created_at) ' +
        'VALUES (1, 300000, 0, 1, 3, 6, 3, 9), (1, 3600000, 0, 1, 3, 6, 3, 9), (1, 300000, 300000, 1, 1, 1, 1, 9), (1, 3600000, 3600000, 1, 1, 1, 1, 9)',
    )
    const copy = new Sqlite(backup(5_000), { readonly: true })
    expect(copy.prepare('SELECT id, step, count FROM reading_rollups ORDER BY id').all()).toEqual([
      { id: 2, step: 3_600_000, count: 3 },
      { id: 4, step: 3_600_000, count: 1 },
    ])
    copy.close()
    store.close()
  })

  it('is one consistent moment while the hub goes on writing', () => {
    const store = filled()
    store.db.exec("BEGIN; INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h2', 'x', 1, 1)")
    const copy = new Sqlite(backup(5_000), { readonly: true })
    expect(count(copy, 'houses')).toBe(1)
    copy.close()
    store.db.exec('COMMIT')
    store.close()
  })

  it('keeps the newest 24', () => {
    const store = filled()
    for (let hour = 1; hour <= 26; hour++) backup(hour)
    const kept = listBackups(backupFolder(folder))
    expect(kept).toHaveLength(24)
    expect(kept.at(0)).toMatch(/hub-0000000000026\.db$/)
    expect(kept.at(-1)).toMatch(/hub-0000000000003\.db$/)
    store.close()
  })

  it('leaves nothing half-written for the next one to trip over', () => {
    const store = filled()
    mkdirSync(backupFolder(folder))
    writeFileSync(join(backupFolder(folder), 'hub-0000000005000.db.999999999.part'), 'rubbish')
    expect(isSound(backup(5_000))).toBe(true)
    expect(readdirSync(backupFolder(folder)).filter((name) => name.endsWith('.part'))).toEqual([])
    store.close()
  })

  it('can be read by nobody else, and neither can the database nor a whole copy', () => {
    const store = filled()
    const whole = join(folder, 'whole.db')
    writeFullCopy(file(), whole)
    for (const path of [file(), `${file()}-wal`, backup(5_000), whole])
      expect([path, (statSync(path).mode & 0o777).toString(8)]).toEqual([path, '600'])
    store.close()
  })

  it('is no backup when it is something else', () => {
    const other = join(folder, 'other.db')
    writeFileSync(other, 'this is no database, and long enough to look like a header of one')
    expect(isSound(other)).toBe(false)
    const empty = new Sqlite(join(folder, 'empty.db'))
    empty.exec('CREATE TABLE devices (id)')
    empty.close()
    expect(isSound(join(folder, 'empty.db'))).toBe(false)
    expect(isSound(join(folder, 'missing.db'))).toBe(false)
  })
})
