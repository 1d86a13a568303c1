import type { Database } from '../../shared/sqlite/open.ts'

const INCREMENTAL = 2
/** Kept for what comes next: a file that shrinks and grows again every hour is written twice. 16 MiB. */
const KEPT_PAGES = 4_096
/** In one step: a few milliseconds, and half a megabyte that is moved. */
const PAGES_AT_ONCE = 128

/** Gives pages of removed rows back to the disk, a few at a time, outside of any transaction. */
export class FreePages {
  #db: Database
  #kept: number
  #pageBytes: number
  /** A file that was made otherwise keeps its pages for itself. */
  #shrinks: boolean
  /** How many pages the last `drain` left free. */
  #undrained = Number.POSITIVE_INFINITY

  constructor(db: Database, kept = KEPT_PAGES) {
    this.#db = db
    this.#kept = kept
    this.#pageBytes = Number(db.pragma('page_size', { simple: true }))
    this.#shrinks = db.pragma('auto_vacuum', { simple: true }) === INCREMENTAL
  }

  /**
   * Returns about how many bytes that wrote to the log: a page is moved from the end of the file into the gap. 0: no more than
   * `kept` are free.
   */
  release(kept = this.#kept): number {
    if (!this.#shrinks) return 0
    const spare = this.#free() - kept
    if (spare <= 0) return 0
    const pages = Math.min(spare, PAGES_AT_ONCE)
    this.#db.exec(`PRAGMA incremental_vacuum(${pages})`)
    return pages * this.#pageBytes
  }

  /**
   * Gives back what was freed since the last call, and a few pages more. So calls that follow each other end with no free page
   * while something else goes on removing rows: SQLite takes the newest free pages first, and the oldest go with the last ones.
   * Returns whether none is free.
   */
  drain(): boolean {
    if (!this.#shrinks) return true
    const free = this.#free()
    const left = Math.max(0, Math.min(this.#undrained, free) - PAGES_AT_ONCE)
    // Where this fails nothing is known of what is left.
    this.#undrained = Number.POSITIVE_INFINITY
    // 0 would be all of them.
    if (free > left) this.#db.exec(`PRAGMA incremental_vacuum(${free - left})`)
    if (left > 0) this.#undrained = left
    return this.#free() === 0
  }

  #free(): number {
    return Number(this.#db.pragma('freelist_count', { simple: true }))
  }
}
