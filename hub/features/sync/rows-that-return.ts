import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { FetchedValue } from '../../engine/lost-rows.ts'
import { DAY_MS, eventClass, Retention } from '../retention/classes.ts'

/** A row that central has, by column. */
export type ReturningRow = ReadonlyMap<string, FetchedValue>

/**
 * Which rows that a house lost it takes from central: those that it would have today. What was erased stays erased, and what is
 * older than its class is kept would only be removed again.
 */
export class RowsThatReturn {
  #retention: Retention
  #now: number
  #kind: Statement
  #device: Statement
  #erased: Statement

  /** For one transaction. */
  constructor(db: Database, now: number) {
    this.#retention = new Retention(db, [])
    this.#now = now
    this.#kind = db.prepare('SELECT sensor_type FROM reading_series WHERE id = ?').pluck()
    this.#device = db.prepare('SELECT 1 FROM devices WHERE id = ?').pluck()
    this.#erased = db.prepare("SELECT 1 FROM erasures WHERE what = 'user' AND key = ?").pluck()
  }

  may(table: string, row: ReturningRow): boolean {
    switch (table) {
      case 'readings':
        return this.#ofSeries(row, (kind) => `readings:${kind}`, 'reading_time')
      case 'reading_rollups':
        return this.#ofSeries(row, () => (row.get('step') === 300_000 ? 'rollups_5m' : 'rollups_1h'), 'bucket')
      case 'events':
        return this.#event(row)
      default:
        return false
    }
  }

  /** A series goes with its device, and nothing of it comes back. */
  #ofSeries(row: ReturningRow, classOf: (kind: string) => string, time: string): boolean {
    const kind = this.#kind.get(row.get('series_id')) as string | undefined
    return kind !== undefined && this.#isKept(classOf(kind), row.get(time))
  }

  #event(row: ReturningRow): boolean {
    const category = String(row.get('category'))
    // The audit stays whoever goes: central says it of a pseudonym as well.
    if (category !== 'audit') {
      const device = row.get('device_id') ?? null
      if (device !== null && this.#device.get(device) === undefined) return false
      const user = row.get('user_id') ?? null
      if (user !== null && this.#erased.get(user) !== undefined) return false
    }
    return this.#isKept(eventClass(String(row.get('severity')), category), row.get('created_at'))
  }

  #isKept(name: string, time: FetchedValue): boolean {
    const days = this.#retention.days(name)
    return days === null || Number(time) >= this.#now - days * DAY_MS
  }
}
