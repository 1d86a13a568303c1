import { cpSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { systemClock } from '../../../shared/clock.ts'
import { CONNECTIONS } from './figures.ts'
import { startHub } from './hub-process.ts'
import { createDevices, type MadeDevice } from './local-admin.ts'

/** A house whose database holds many readings that no central has seen. */
export interface FullHouse {
  /** The stopped hub's data folder; measurements work on copies. */
  folder: string
  devices: MadeDevice[]
  rows: number
  /** A copy of it below the same scratch folder. */
  copy(name: string): string
}

const SENSORS = ['cpu_temperature', 'load']
const HOUR_MS = 3_600_000
const MONTH_MS = 30 * 86_400_000

/** Makes the house as a hub does, then fills it by hand: a month of readings, in the order in which they came. */
export async function fillHouse(scratch: string, rows: number): Promise<FullHouse> {
  const folder = join(scratch, 'full')
  const hub = await startHub({ folder })
  const devices = await createDevices(hub.ports.socket, CONNECTIONS)
  await hub.stop()
  const db = new Sqlite(join(folder, 'hub.db'))
  const now = systemClock.now()
  const series = devices.flatMap(({ device }) =>
    SENSORS.map((sensor) =>
      Number(
        db
          .prepare('INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES (?, ?, ?, ?)')
          .run(device, sensor, 'number', now - MONTH_MS).lastInsertRowid,
      ),
    ),
  )
  const insert = db.prepare('INSERT INTO readings (series_id, reading_time, received_at, value) VALUES (?, ?, ?, ?)')
  db.transaction(() => {
    for (let row = 0; row < rows; row++) {
      const at = now - MONTH_MS + Math.floor((row / rows) * MONTH_MS)
      insert.run(series[row % series.length], at, at + 40, 20 + (row % 977) / 100)
    }
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return {
    folder,
    devices,
    rows,
    copy(name) {
      const target = join(scratch, name)
      cpSync(folder, target, { recursive: true })
      return target
    },
  }
}

/** Gives a stopped house `count` hourly rollups, shared among the series it has. */
export function addRollups(folder: string, count: number): void {
  const db = new Sqlite(join(folder, 'hub.db'))
  const series = db.prepare('SELECT id FROM reading_series').pluck().all() as number[]
  const insert = db.prepare(
    'INSERT INTO reading_rollups (series_id, step, bucket, min, max, sum, count, created_at) VALUES (?, ?, ?, 1, 2, 180, 120, 1)',
  )
  db.transaction(() => {
    for (let row = 0; row < count; row += 1)
      insert.run(series[row % series.length], HOUR_MS, Math.floor(row / series.length) * HOUR_MS)
  })()
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}
