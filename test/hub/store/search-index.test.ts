import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeBackup, writeFullCopy } from '../../../hub/store/backup.ts'
import { damageOfFile } from '../../../hub/store/check.ts'
import { noteDamage } from '../../../hub/store/check-mark.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { isSound } from '../../../hub/store/sound.ts'
import { silentLog } from '../../../shared/log.ts'
import type { Database } from '../../../shared/sqlite/open.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-search-'))
  const { db, close } = open()
  db.exec("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('home', 'Home', 1, 1)")
  for (const name of ['Larder', 'Cellar', 'Belfry'])
    db.prepare(
      'INSERT INTO devices (id, house_id, name, device_class, integration_type, status_since, discovery_method, created_at, updated_at) ' +
        "VALUES (?, 'home', ?, 'sensor', 'lares', 1, 'manual', 1, 1)",
    ).run(name.toLowerCase(), name)
  db.exec("UPDATE search_state SET is_filled = 1; DELETE FROM devices WHERE id = 'larder'")
  close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => storeFile(folder)
const open = () => openStore({ folder, now: 1_000, log: silentLog })

const FIND =
  'SELECT k.row_key FROM search_devices JOIN search_devices_keys k ON k.id = search_devices.rowid WHERE search_devices MATCH ?'
const find = (db: Pick<Database, 'prepare'>, words: string) => db.prepare(FIND).pluck().all(words)

/** The row of the cellar is in the index no longer, and only the index's own bytes say so. */
function breakTheIndex(): void {
  const db = new Sqlite(file())
  db.unsafeMode(true)
  db.exec(
    "UPDATE search_devices_data SET block = x'0000001c04306c617802020401036f746802020201037468650202030408080808' WHERE id > 10",
  )
  db.close()
}

describe('a search index', () => {
  it('is in no backup, and the hub that opens one makes it anew', () => {
    const backup = writeBackup({ source: file(), folder: join(folder, 'backups'), now: 2_000 })
    const copy = new Sqlite(backup, { readonly: true })
    expect(copy.prepare("SELECT name FROM sqlite_schema WHERE name LIKE '%search%'").all()).toEqual([])
    expect(copy.prepare('SELECT id FROM devices ORDER BY id').pluck().all()).toEqual(['belfry', 'cellar'])
    copy.close()
    rmSync(file())
    const { db, close } = open()
    expect(db.prepare('SELECT DISTINCT is_filled FROM search_state').pluck().all()).toEqual([0])
    db.exec("UPDATE devices SET name = 'Vault' WHERE id = 'cellar'")
    close()
  })

  it('finds the same rows in a whole copy, in which rows are numbered anew', () => {
    const copy = join(folder, 'whole.db')
    writeFullCopy(file(), copy)
    const db = new Sqlite(copy)
    expect([find(db, 'cellar'), find(db, 'belfry')]).toEqual([['cellar'], ['belfry']])
    db.close()
  })

  it('that is damaged does not make the database a damaged one', () => {
    breakTheIndex()
    const db = new Sqlite(file(), { readonly: true })
    expect(db.pragma('quick_check(1)', { simple: true })).toMatch(/fts5/i)
    db.close()
    expect(damageOfFile(file())).toBeNull()
    expect(isSound(file())).toBe(true)
  })

  it('is made anew where damage was met: a write to it would end the hub again', () => {
    breakTheIndex()
    noteDamage(file(), 'database disk image is malformed')
    const { db, close } = open()
    expect(db.pragma('quick_check(1)', { simple: true })).toBe('ok')
    expect(db.prepare('SELECT DISTINCT is_filled FROM search_state').pluck().all()).toEqual([0])
    close()
  })
})
