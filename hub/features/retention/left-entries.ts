import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { OldRow } from './oldest-first.ts'

/** About ten pages of the index: the page at the end of them, which stays, is written once for all of them. */
const AT_ONCE = 2_048
/** In one step; all series come to their share at about the same time. */
const SERIES_AT_ONCE = 4

/**
 * Removes the entries that removed readings left in `reading_index`, those of one series side by side: with each reading they
 * would cost a page each. Until then they find no row.
 */
export class LeftEntries {
  #left = new Map<number, { entries: number; upto: OldRow }>()
  #before: Statement
  #remove: Statement
  #removeAll: Statement

  constructor(db: Database) {
    this.#before = db
      .prepare('SELECT count(*) FROM reading_index WHERE series_id = ? AND (reading_time, id) < (?, ?)')
      .pluck()
    const gone = 'NOT EXISTS (SELECT 1 FROM readings r WHERE r.id = reading_index.id)'
    this.#remove = db.prepare(
      `DELETE FROM reading_index WHERE series_id = ? AND (reading_time, id) <= (?, ?) AND ${gone}`,
    )
    this.#removeAll = db.prepare(`DELETE FROM reading_index WHERE series_id = ? AND ${gone}`)
  }

  /** A reading of the series was removed. They come oldest first. */
  removed(series: number, row: OldRow): void {
    const left = this.#left.get(series)
    if (left) {
      left.entries += 1
      left.upto = row
      return
    }
    // What an earlier life of the hub left lies before it.
    const before = Number(this.#before.get(series, row.time, row.id))
    this.#left.set(series, { entries: before + 1, upto: row })
  }

  /** None of the entries of the series has a reading. */
  allGone(series: number): void {
    this.#removeAll.run(series)
    this.#left.delete(series)
  }

  /** Removes what has come together, of a few series. */
  sweep(): void {
    let swept = 0
    for (const [series, { entries, upto }] of this.#left) {
      if (entries < AT_ONCE) continue
      this.#remove.run(series, upto.time, upto.id)
      this.#left.delete(series)
      swept += 1
      if (swept === SERIES_AT_ONCE) return
    }
  }

  /** The transaction was undone: it is counted anew. */
  forget(): void {
    this.#left.clear()
  }
}
