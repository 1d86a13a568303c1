import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFullCopy } from '../../../hub/store/backup.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { silentLog } from '../../../shared/log.ts'

let folder: string
let copy: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-backup-check-'))
  copy = join(folder, 'copy.db')
  const store = openStore({ folder, now: 1_000, log: silentLog })
  store.db.exec("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('home', 'Home', 1, 1)")
  store.close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A row that breaks its table's rules and that every statement reads without a word, as a bad card leaves them. */
function breakTheHouse(): void {
  const declare = (from: string, to: string) => {
    const db = new Sqlite(storeFile(folder))
    db.unsafeMode(true)
    db.pragma('writable_schema = ON')
    db.prepare("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'houses'").run(from, to)
    db.close()
  }
  const [strict, loose] = ['`name` text NOT NULL', '`name` text']
  declare(strict, loose)
  const db = new Sqlite(storeFile(folder))
  expect(db.prepare('UPDATE houses SET name = NULL').run().changes).toBeGreaterThan(0)
  db.close()
  declare(loose, strict)
}

describe('a copy that is readable and still wrong', () => {
  it('does not take its place', () => {
    breakTheHouse()
    expect(() => writeFullCopy(storeFile(folder), copy)).toThrow(/NULL value in houses.name/)
    expect(existsSync(copy)).toBe(false)
  })

  it('leaves the copy before it as it was', () => {
    writeFullCopy(storeFile(folder), copy)
    const before = readFileSync(copy)
    breakTheHouse()
    expect(() => writeFullCopy(storeFile(folder), copy)).toThrow(/damaged/)
    expect(readFileSync(copy)).toEqual(before)
  })
})
