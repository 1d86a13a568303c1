import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { houseThread } from '../../hub/core/house-thread.ts'
import { openHouse } from '../../hub/core/open-house.ts'
import { BatchWriter } from '../../hub/engine/batch.ts'
import type { EngineSettings } from '../../hub/engine/engine-thread-messages.ts'
import { VERDICTS } from '../../hub/engine/input.ts'
import { DiskFault } from '../../hub/engine/thread.ts'
import { readIndexedUpto } from '../../hub/store/indexed-readings.ts'
import { storeFile } from '../../hub/store/places.ts'
import { silentLog } from '../../shared/log.ts'
import { type SmallDisk, smallDisk, smallDiskTrouble } from './lib/small-disk.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 5, 1)
const SERIES = 400
const OLD_ROWS = 400_000
/** Of 256 MB three hundredths are free: as much as the room that is kept for a full disk. */
const LEFT = 8 * 1024 * 1024
const ROUNDS = 140

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function settingsOf(folder: string): EngineSettings {
  return {
    ...{ folder, keys: join(folder, 'keys'), base: 'lares', version: 'test', logLevel: 'error' },
    ...{ central: false, sections: {}, receipt: { now: START, clockSynced: true } },
  }
}

/** Readings of weeks ago that are rolled up, and not in the index: as a database of the layout before has them. */
function fillHouse(folder: string): void {
  mkdirSync(folder)
  const { store, checkpointer } = openHouse(settingsOf(folder), silentLog)
  const { db } = store
  const home = db.prepare('SELECT id FROM houses LIMIT 1').pluck().get()
  db.prepare(
    'INSERT INTO devices (id, house_id, name, device_class, integration_type, status_since, discovery_method, created_at, updated_at) ' +
      "VALUES ('garden-esp', ?, 'Garden', 'sensor', 'mqtt', 1, 'manual', 1, 1)",
  ).run(home)
  const series = db.prepare(
    "INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('garden-esp', ?, 'temperature', 1)",
  )
  const insert = db.prepare(
    'INSERT INTO readings (series_id, reading_time, received_at, value) VALUES (?, @at, @at, @value)',
  )
  db.transaction(() => {
    for (let one = 1; one <= SERIES; one++) series.run(`s${one}`)
    for (let row = 0; row < OLD_ROWS; row++)
      insert.run(1 + (row % SERIES), { at: START - 20 * DAY + row * 100, value: row % 100 })
    for (const key of ['rollup_5m', 'rollup_1h'])
      db.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)').run(
        key,
        JSON.stringify({ upto: OLD_ROWS, span: 0, covers: 0 }),
      )
  })()
  checkpointer.empty()
  store.close()
}

/** The disk as the front measures it, and a message of a device. */
function batchOf(disk: SmallDisk, value: number) {
  const { bsize, blocks, bavail } = statfsSync(disk.folder)
  const writer = new BatchWriter()
  writer.input({ kind: 'disk', totalBytes: blocks * bsize, freeBytes: bavail * bsize })
  const items = [{ sensor: 'fresh', kind: 'number', value }]
  writer.message(
    'lares/garden-esp/readings',
    Buffer.from(JSON.stringify({ epoch: 'e1', lane: 'live', seq: value, items })),
  )
  return writer.finish()
}

const trouble = smallDiskTrouble('a card that is nearly full')

describe.skipIf(trouble !== null)('a house on a card that is 97 % full', () => {
  it('removes old readings although none is in the index yet, and keeps what it acknowledges', async () => {
    const disk = smallDisk(256)
    if (typeof disk === 'string') throw new Error(disk)
    closing.push(() => disk.remove())
    const folder = join(disk.folder, 'hub')
    fillHouse(folder)
    const engine = houseThread()
    await engine.start(settingsOf(folder))
    closing.push(() => engine.abandon())
    const ask = <T>(question: (db: Sqlite.Database) => T): T => {
      const db = new Sqlite(storeFile(folder), { readonly: true })
      try {
        return question(db)
      } finally {
        db.close()
      }
    }
    const number = (sql: string) => ask((db) => Number(db.prepare(sql).pluck().get()))
    const oldRows = () => number(`SELECT count(*) FROM readings WHERE id <= ${OLD_ROWS}`)
    disk.fill(LEFT)

    let waiting = 1
    let now = START
    for (let round = 0; round < ROUNDS && (round % 10 > 0 || oldRows() > OLD_ROWS - 60_000); round++) {
      now += 1_000
      const receipt = { now, clockSynced: true }
      try {
        const { result } = await engine.process(batchOf(disk, waiting), receipt)
        // One that comes again is said to be there already.
        if (['stored', 'duplicate'].includes(VERDICTS[result.verdicts[1] ?? -1] ?? '')) waiting += 1
        await engine.tick(receipt)
      } catch (error) {
        if (!(error instanceof DiskFault)) throw error
      }
    }
    expect(oldRows()).toBeLessThanOrEqual(OLD_ROWS - 60_000)
    expect(waiting).toBeGreaterThan(ROUNDS / 20)

    disk.makeRoom()
    await engine.stop({ now, clockSynced: true })
    expect(number("SELECT count(*) FROM sensor_readings WHERE sensor = 'fresh'")).toBe(waiting - 1)
    const upto = ask(readIndexedUpto)
    const entry = 'reading_index i WHERE i.series_id = r.series_id AND i.reading_time = r.reading_time AND i.id = r.id'
    expect(
      number(`SELECT count(*) FROM readings r WHERE r.id <= ${upto} AND NOT EXISTS (SELECT 1 FROM ${entry})`),
    ).toBe(0)
    expect(number(`SELECT count(*) FROM reading_index WHERE id > ${upto}`)).toBe(0)
    expect(ask((db) => db.pragma('integrity_check', { simple: true }))).toBe('ok')
  })
})
