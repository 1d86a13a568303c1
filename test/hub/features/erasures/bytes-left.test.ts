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
import { DEVICE, finishErasing, livedIn, WORDS } from './lived-in.ts'

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

const INSERT_TOLD =
  "INSERT INTO events (event_type, category, title, description, source, event_data, timestamp, created_at, updated_at) VALUES ('told', 'system', '', ?, 'system', '{}', ?, ?, ?)"

/** Ticks until no bytes of what was erased are left, as the hub knows it, with what else happens before each. */
function untilForgotten(meanwhile: () => void = () => {}): void {
  const isForgotten = () => house.all('SELECT 1 FROM erasures WHERE forgotten_at IS NULL').length === 0
  for (let ticks = 0; ticks < 500 && !isForgotten(); ticks++) {
    meanwhile()
    house.tick(1_000)
  }
  expect(isForgotten()).toBe(true)
}

/** What a house does with rows before anybody is erased: some are written over, some go, and whole pages with them. */
function live(): void {
  const { db } = house
  const fill = db.prepare(INSERT_TOLD)
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
    untilForgotten()
    writeBackup({ source: storeFile(folder), folder: backupFolder(folder), now: house.now })
    expect(filesWith(folder, words)).toEqual([])
  })
})

it('a purge that frees more pages in every tick than are given back keeps no file from forgetting', () => {
  live()
  const words = WORDS.device.slice(1)
  const fill = house.db.prepare(
    "INSERT INTO rejected_messages (device_id, topic, code, reason, raw, raw_bytes, received_at) VALUES ('d', 't', 'c', 'r', ?, 1, 1)",
  )
  house.db.transaction(() => {
    for (let n = 0; n < 6_000; n++) fill.run(Buffer.alloc(3_000))
  })()
  const purge =
    "DELETE FROM rejected_messages WHERE id IN (SELECT id FROM rejected_messages WHERE device_id = 'd' LIMIT 200)"
  for (let n = 0; n < 5; n++) house.db.exec(purge)
  expect(ask(house, ERASE.device).status).toBe('ok')
  finishErasing(house)
  untilForgotten(() => house.db.exec(purge))
  expect(house.all("SELECT 1 FROM rejected_messages WHERE device_id = 'd' LIMIT 1")).toHaveLength(1)
  expect(filesWith(folder, words)).toEqual([])
})
