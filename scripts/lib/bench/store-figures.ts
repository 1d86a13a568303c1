import { join } from 'node:path'
import { openHouseEngine } from '../../../hub/core/house-engine.ts'
import { BatchWriter } from '../../../hub/engine/batch.ts'
import { hashSecret } from '../../../hub/features/devices/joining.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { systemClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'
import { topicsBelow } from '../../../shared/topics.ts'
import { type BenchOptions, withFolder } from './figures.ts'
import { benchPayload, FIRST_SEQ, SENSORS } from './ring.ts'

const DEVICE = 'bench-aaaaaa'
const CHECKPOINT_EVERY = 2_000
const ROWS_PER_TRANSACTION = 10_000

/** A store with one device and its sensors, as both measurements below begin. */
function openHouse(folder: string) {
  const now = systemClock.now()
  const store = openStore({ folder, now, log: silentLog })
  const { db } = store
  const topics = topicsBelow('lares')
  const engine = openHouseEngine({ db, topics, log: silentLog, version: 'bench' })
  engine.start({ now, clockSynced: true })
  const house = db.prepare('SELECT id FROM houses LIMIT 1').pluck().get()
  db.prepare(
    'INSERT INTO devices (id, house_id, name, device_class, integration_type, auth_token_hash, status_since, discovery_method, created_at, updated_at) ' +
      "VALUES (?, ?, ?, 'sensor', 'mqtt', ?, ?, 'manual', ?, ?)",
  ).run(DEVICE, house, DEVICE, hashSecret('secret'), now, now, now)
  const send = (payload: string) => {
    const writer = new BatchWriter()
    writer.message(`lares/${DEVICE}/readings`, Buffer.from(payload))
    engine.process(writer.finish(), { now: systemClock.now(), clockSynced: true })
  }
  send(JSON.stringify({ items: SENSORS.map((kind) => ({ sensor: kind, value: 1, kind })) }))
  return { db, send, close: () => store.close() }
}

/** How often `step` runs in a second, after a warm-up. `step` returns how much it did. */
function ratePerSecond(options: BenchOptions, step: () => number): number {
  const warm = systemClock.mono() + Math.max(1_000, (options.seconds * 1_000) / 3)
  while (systemClock.mono() < warm) step()
  const from = systemClock.mono()
  const until = from + options.seconds * 1_000
  let done = 0
  while (systemClock.mono() < until) done += step()
  return Math.round((done / (systemClock.mono() - from)) * 1_000)
}

/** The hub's own engine committing every message alone. */
export function oneCommitPerMessage(options: BenchOptions): Promise<number> {
  return withFolder(async (scratch) => {
    const house = openHouse(join(scratch, 'data'))
    const now = systemClock.now()
    let seq = FIRST_SEQ
    const rate = ratePerSecond(options, () => {
      house.send(benchPayload(seq, now))
      seq += 1
      if (seq % CHECKPOINT_EVERY === 0) house.db.pragma('wal_checkpoint(PASSIVE)')
      return 1
    })
    house.close()
    return rate
  })
}

/** better-sqlite3 alone: the same rows in large transactions with FULL, without any rule of ours. */
export function rawInsert(options: BenchOptions): Promise<number> {
  return withFolder(async (scratch) => {
    const folder = join(scratch, 'data')
    openHouse(folder).close()
    const db = openDatabase({ file: storeFile(folder) })
    const insertMany = prepareInsert(db)
    const rate = ratePerSecond(options, () => {
      insertMany(systemClock.now())
      return ROWS_PER_TRANSACTION
    })
    db.close()
    return rate
  })
}

function prepareInsert(db: Database): (now: number) => void {
  const series = db.prepare('SELECT id FROM reading_series ORDER BY id').pluck().all() as number[]
  const insert = db.prepare(
    'INSERT INTO readings (series_id, reading_time, received_at, value, quality, metadata) VALUES (?, ?, ?, ?, NULL, NULL)',
  )
  return db.transaction((now: number) => {
    for (let n = 0; n < ROWS_PER_TRANSACTION; n += 1) insert.run(series[n % series.length], now + n, now, 20 + n / 1e4)
  })
}
