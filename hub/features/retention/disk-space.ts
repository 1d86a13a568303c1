import type { Database } from '../../../shared/sqlite/open.ts'

/** Used shares of the disk. Below the second number of a pair things are well again. */
export const WATERMARKS = {
  warn: { at: 0.7, until: 0.65 },
  /** Thinning. Nothing is done at 95 %: what does not fit is refused when SQLite says so, and devices keep it. */
  thin: { at: 0.85, until: 0.8 },
} as const

/** A measurement is once a minute; an older one says nothing. */
const FRESH_MS = 180_000

/** What the hub knows of its disk. */
export interface DiskSpace {
  /** 0 to 1, with the database's own free pages counted as free. */
  usedShare: number
  freeBytes: number
  /** Free pages inside the database: they are written again before the file grows. */
  reusableBytes: number
}

/**
 * How full the disk is, between measurements too. SQLite keeps the pages of removed rows, so the file does not shrink
 * when rows go: what counts is the disk's free bytes and the file's own, and what the file grew or shrank since then.
 */
export class DiskGauge {
  #db: Database
  #measured: { at: number; totalBytes: number; freeBytes: number; pages: number } | null = null

  constructor(db: Database) {
    this.#db = db
  }

  measure(now: number, { totalBytes, freeBytes }: { totalBytes: number; freeBytes: number }): void {
    this.#measured = { at: now, totalBytes, freeBytes, pages: this.#pragma('page_count') }
  }

  /** `null` when nothing was measured of late. */
  read(now: number): DiskSpace | null {
    const measured = this.#measured
    if (!measured || measured.totalBytes <= 0 || Math.abs(now - measured.at) > FRESH_MS) return null
    const pageBytes = this.#pragma('page_size')
    const reusableBytes = this.#pragma('freelist_count') * pageBytes
    const freeBytes = measured.freeBytes - (this.#pragma('page_count') - measured.pages) * pageBytes
    const used = 1 - (freeBytes + reusableBytes) / measured.totalBytes
    return { usedShare: Math.max(0, Math.min(1, used)), freeBytes, reusableBytes }
  }

  #pragma(name: string): number {
    return Number(this.#db.pragma(name, { simple: true }))
  }
}
