import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenHouse, openHouse } from '../../../../hub/core/open-house.ts'
import { writeBackup } from '../../../../hub/store/backup.ts'
import { backupFolder, storeFile, usualKeyFolder } from '../../../../hub/store/places.ts'
import { silentLog } from '../../../../shared/log.ts'
import { filesWith } from '../../../faults/lib/house-to-erase.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { DEVICE, livedIn, WORDS } from './lived-in.ts'

const ERASE = {
  device: commandInput('devices/erase', { device: DEVICE }),
  user: commandInput('users/erase', { email: 'anna@example.com' }),
}

let folder: string
let opened: OpenHouse
let house: TestHouse

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-bytes-'))
  const receipt = { now: START, clockSynced: true }
  const settings = { base: 'lares', version: 'test', logLevel: 'error', central: false, sections: {} }
  opened = openHouse({ ...settings, folder, keys: usualKeyFolder(folder), receipt }, silentLog)
  const { db } = opened.store
  const { engine } = opened
  house = livedIn(Object.assign(openTestHouse({ db }), { engine }))
})
afterEach(() => {
  opened.store.close()
  rmSync(folder, { recursive: true })
})

const checkpoint = () => house.db.pragma('wal_checkpoint(TRUNCATE)')

/** What a house does with rows before anybody is erased: some are written over, some go, and whole pages with them. */
function live(): void {
  const { db } = house
  const fill = db.prepare(
    "INSERT INTO events (event_type, category, title, description, source, event_data, timestamp, created_at, updated_at) VALUES ('told', 'system', '', ?, 'system', '{}', ?, ?, ?)",
  )
  const everything = [...WORDS.device, ...WORDS.user].join(' and ')
  db.transaction(() => {
    for (let n = 0; n < 3_000; n++) fill.run(`${everything} ${'x'.repeat(n % 200)}`, START, START, START)
  })()
  checkpoint()
  db.exec("DELETE FROM events WHERE event_type = 'told' AND id % 3 = 0")
  db.exec("UPDATE events SET description = 'nobody' WHERE event_type = 'told' AND id % 3 = 1")
  checkpoint()
  db.exec("DELETE FROM events WHERE event_type = 'told'")
  checkpoint()
}

describe.each(['device', 'user'] as const)('once a %s is erased', (what) => {
  it('no file of the house has a word of it any more, whatever happened to rows that told of it before', () => {
    live()
    // Its id stands in the database, so that nobody brings it back.
    const words = WORDS[what].slice(1)
    expect(filesWith(folder, words)).not.toEqual([])
    expect(ask(house, ERASE[what]).status).toBe('ok')
    const isAsked = () => house.effects.some(({ kind }) => kind === 'renew_copies')
    for (let ticks = 0; ticks < 500 && !isAsked(); ticks++) house.tick(1_000)
    expect(isAsked()).toBe(true)
    writeBackup({ source: storeFile(folder), folder: backupFolder(folder), now: house.now })
    expect(filesWith(folder, words)).toEqual([])
  })
})
