import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { systemClock } from '../../../../shared/clock.ts'
import { SENT_AT } from './zigbee-list.ts'

const LOOK_MS = 5

/** How long states took to be rows, and how many there were of them in a second. */
export interface StoredFigures {
  p50Ms: number
  p99Ms: number
  perSecond: number
}

/**
 * Looks into the database of a running hub every 5 ms, as anybody could, and finds rows that were not there: each says itself when its
 * state was sent, by `now`. What it waits for the next look counts too.
 */
export class StoredStates {
  #db: Sqlite.Database
  #rows: Sqlite.Statement
  #series: Set<number>
  #last: number
  #now: () => number
  #took: number[] = []
  #since = systemClock.mono()
  #stop: () => void

  constructor(folder: string, now: () => number) {
    this.#now = now
    this.#db = new Sqlite(join(folder, 'hub.db'), { readonly: true })
    this.#series = new Set(
      this.#db.prepare('SELECT id FROM reading_series WHERE sensor LIKE ?').pluck().all(`%_${SENT_AT}`) as number[],
    )
    this.#rows = this.#db.prepare('SELECT id, series_id, value FROM readings WHERE id > ? ORDER BY id').raw()
    this.#last = Number(this.#db.prepare('SELECT max(id) FROM readings').pluck().get() ?? 0)
    this.#stop = systemClock.every(LOOK_MS, () => this.#look())
  }

  /** What came until now does not count. */
  begin(): void {
    this.#look()
    this.#took = []
    this.#since = systemClock.mono()
  }

  /** Ends it. Throws when no state came. */
  end(): StoredFigures {
    this.#look()
    this.#stop()
    this.#db.close()
    const seconds = (systemClock.mono() - this.#since) / 1_000
    if (this.#took.length === 0) throw new Error('no state was stored')
    const sorted = this.#took.toSorted((a, b) => a - b)
    return { p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99), perSecond: sorted.length / seconds }
  }

  #look(): void {
    const rows = this.#rows.all(this.#last) as [number, number, number][]
    const now = this.#now()
    for (const [id, series, sentAt] of rows) {
      this.#last = id
      if (this.#series.has(series)) this.#took.push(now - sentAt)
    }
  }
}

/** Of numbers in their order. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
}
