import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { writeIndexedUpto } from '../../../../hub/store/indexed-readings.ts'
import { ROLLUP_EVERY_MS, ROLLUP_STEPS, writeRollupPosition } from '../../../../hub/store/rollup-positions.ts'
import { systemClock } from '../../../../shared/clock.ts'
import { startHub } from '../hub-process.ts'
import { createDevices, LocalAdmin, type MadeDevice } from '../local-admin.ts'

const YEAR_MS = 365 * 86_400_000
const SENSORS = 2
const ENTITIES = 20

export interface FilledYear {
  folder: string
  devices: MadeDevice[]
}

export interface YearPlan {
  devices: number
  readings: number
  owner: { email: string; password: string }
}

/** Makes a house as a hub does, with an owner, then fills it by hand: a year of readings with their index and rollups. */
export async function fillYear(folder: string, { devices: count, readings, owner }: YearPlan): Promise<FilledYear> {
  const hub = await startHub({ folder })
  const devices = await createDevices(hub.ports.socket, count)
  const admin = await LocalAdmin.open(hub.ports.socket)
  await admin.call('users', 'create', { ...owner, role: 'admin' })
  admin.close()
  await hub.stop()
  const db = new Sqlite(join(folder, 'hub.db'))
  db.pragma('cache_size = -400000')
  const now = systemClock.now()
  const begin = Math.floor((now - YEAR_MS) / ROLLUP_EVERY_MS) * ROLLUP_EVERY_MS
  db.transaction(() => {
    const series = devices.flatMap(({ device }) => addEntities(db, device, begin))
    addReadings(db, { series, readings, begin, end: now })
    index(db)
    for (const { step, key } of ROLLUP_STEPS) rollUp(db, { step, key, now })
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return { folder, devices }
}

/** Entities of a device, of which the first are sensors with readings. Returns the keys of their series. */
function addEntities(db: Sqlite.Database, device: string, at: number): number[] {
  const entity = db.prepare(
    'INSERT INTO device_entities (id, device_id, entity_id, key, name, entity_type, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const series = db.prepare(
    "INSERT INTO reading_series (device_id, sensor, sensor_type, unit, entity_id, created_at) VALUES (?, ?, 'temperature', '°C', ?, ?)",
  )
  return Array.from({ length: ENTITIES }, (_, n) => {
    const id = `${device}-${n}`
    const kind = n < SENSORS ? 'sensor' : 'switch'
    entity.run(id, device, `${kind}.${device.replaceAll('-', '_')}_${n}`, `e${n}`, `Entity ${n}`, kind, at, at)
    return n < SENSORS ? [Number(series.run(device, `e${n}`, id, at).lastInsertRowid)] : []
  }).flat()
}

interface Span {
  series: readonly number[]
  readings: number
  begin: number
  end: number
}

/** In the order in which they came: one of each series, again and again. */
function addReadings(db: Sqlite.Database, { series, readings, begin, end }: Span): void {
  const insert = db.prepare(
    'INSERT INTO readings (id, series_id, reading_time, received_at, value) VALUES (?, ?, ?, ?, ?)',
  )
  for (let row = 0; row < readings; row++) {
    const at = begin + Math.floor((row / readings) * (end - begin))
    insert.run(row + 1, series[row % series.length], at, at + 40, 20 + (row % 977) / 100)
  }
}

function index(db: Sqlite.Database): void {
  db.exec(
    'INSERT INTO reading_index (series_id, reading_time, id) SELECT series_id, reading_time, id FROM readings ORDER BY series_id, reading_time, id',
  )
  writeIndexedUpto(db, Number(db.prepare('SELECT max(id) FROM readings').pluck().get()))
}

/** What had come before the hour that is under way. Rollups of five minutes are kept for a year, too. */
function rollUp(
  db: Sqlite.Database,
  { step, key, now }: { step: number; key: (typeof ROLLUP_STEPS)[number]['key']; now: number },
): void {
  const span = Math.floor(now / ROLLUP_EVERY_MS)
  const until = span * ROLLUP_EVERY_MS
  db.prepare(
    'INSERT INTO reading_rollups (series_id, step, bucket, min, max, sum, count, created_at) ' +
      'SELECT series_id, @step, reading_time - reading_time % @step AS bucket, min(value), max(value), sum(value), count(*), @until ' +
      'FROM readings WHERE received_at < @until GROUP BY bucket, series_id ORDER BY bucket, series_id',
  ).run({ step, until })
  const upto = Number(db.prepare('SELECT max(id) FROM readings WHERE received_at < ?').pluck().get(until) ?? 0)
  const covers = Number(db.prepare('SELECT max(id) FROM reading_rollups').pluck().get() ?? 0)
  writeRollupPosition(db, key, { upto, span, covers })
}
