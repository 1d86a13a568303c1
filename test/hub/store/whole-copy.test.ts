import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFullCopy } from '../../../hub/store/backup.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { silentLog } from '../../../shared/log.ts'
import { HOUSE_ROWS } from './house-rows.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-copy-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => storeFile(folder)
const count = (db: Sqlite.Database, table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

/** A store with a house, a device, three readings and an event. */
function filled() {
  const store = openStore({ folder, now: 1_000, log: silentLog })
  store.db.exec(HOUSE_ROWS)
  return store
}

describe('a whole copy', () => {
  it('has the readings too', () => {
    const store = filled()
    const whole = join(folder, 'whole.db')
    writeFullCopy(file(), whole)
    const copy = new Sqlite(whole, { readonly: true })
    expect(count(copy, 'readings')).toBe(3)
    copy.close()
    store.close()
  })
})
