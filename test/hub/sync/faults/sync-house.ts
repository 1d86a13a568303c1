import type { Database } from '../../../../shared/sqlite/open.ts'
import { NEXT_READING } from '../../store/next-reading.ts'

const DEVICE = 'pi-a1b2c3'

/** Rows as a house makes them, written at once instead of message by message. */
export interface HouseRows {
  /** So many readings of one series, one for each second from `at` on. */
  measure(count: number, at?: number): void
  person(id: string, name: string): void
  forget(id: string): void
  /** How often an event of the type was noted. */
  events(type: string): number
}

const START = Date.UTC(2026, 0, 1)

export function houseRows(db: Database): HouseRows {
  const home = db.prepare('SELECT id FROM houses LIMIT 1').pluck().get()
  let time = START
  const series = (): number => {
    const known = db.prepare("SELECT id FROM reading_series WHERE sensor = 'air'").pluck().get()
    if (known !== undefined) return Number(known)
    return Number(
      db
        .prepare(
          "INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES (?, 'air', 'temperature', ?)",
        )
        .run(DEVICE, START).lastInsertRowid,
    )
  }
  return {
    measure(count, at = time) {
      db.prepare(
        'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) ' +
          `INSERT INTO readings (id, series_id, reading_time, received_at, value) SELECT next + i - 1, ?, ? + i * 1000, ? + i * 1000 + 5, 20 + i / 7.0 FROM n, (SELECT ${NEXT_READING} AS next)`,
      ).run(count, series(), at, at)
      time = Math.max(time, at + count * 1_000)
    },
    person(id, name) {
      time += 1
      db.prepare(
        "INSERT INTO people (id, house_id, name, role, created_at, updated_at) VALUES (?, ?, ?, 'guest', ?, ?) " +
          'ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at',
      ).run(id, home, name, time, time)
    },
    forget(id) {
      db.prepare('DELETE FROM people WHERE id = ?').run(id)
    },
    events: (type) => Number(db.prepare('SELECT count(*) FROM events WHERE event_type = ?').pluck().get(type)),
  }
}
