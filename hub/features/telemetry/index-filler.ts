import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { readIndexedUpto, writeIndexedUpto } from '../../store/indexed-readings.ts'

/**
 * Readings are indexed when so many of each series have come, sorted: its entries lie side by side then, and a page of the index is
 * written once for many of them. Whoever asks for readings looks through the others, a millisecond for ten thousand.
 */
const OF_A_SERIES = 96
const LEAST = 2_000
/** In one step: some 10 ms on a PC. */
const AT_ONCE = 12_000
/** What else an old database has, or one whose index was made anew. */
const STEPS_PER_TICK = 2

/**
 * Fills the index of readings by series and time, behind the commits that bring them: an index that is kept with every reading
 * writes a page for each series at each commit.
 */
export class ReadingIndex {
  #db: Database
  #upto: number | null = null
  /** Readings that came since the last step. */
  #grown = 0
  /** How many series there are. */
  #series: number | null = null
  /** There is little room: see `keepRoom`. */
  #keepsRoom = false
  #last: Statement
  #newest: Statement
  #fill: Statement
  #count: Statement

  constructor(db: Database) {
    this.#db = db
    this.#last = db.prepare('SELECT id FROM readings WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?').pluck()
    this.#newest = db.prepare('SELECT coalesce(max(id), 0) FROM readings').pluck()
    this.#count = db.prepare('SELECT count(*) FROM reading_series').pluck()
    this.#fill = db.prepare(
      'INSERT INTO reading_index (series_id, reading_time, id) ' +
        'SELECT series_id, reading_time, id FROM readings WHERE id > ? AND id <= ? ORDER BY series_id, reading_time, id',
    )
  }

  /** Call when rows were written: as fast as they come they are indexed, however seldom the clock ticks meanwhile. */
  grew(context: Context, rows: number): void {
    this.#grown += rows
    if (!this.#keepsRoom && this.#grown >= this.#due()) this.#step(context)
  }

  tick(context: Context): void {
    if (this.#keepsRoom) return
    for (let steps = 0; steps < STEPS_PER_TICK && this.#isFull(); steps++) this.#step(context)
  }

  /** Indexes what waits, at most so much of it: whoever looks for old readings looks in the index alone. */
  catchUp(context: Context, most = AT_ONCE): void {
    this.#step(context, most)
  }

  /** Whether more waits than what came of late. */
  get isBehind(): boolean {
    return this.#isFull()
  }

  /** Whether the disk is so full that what is left of it is for removing readings: then only what is caught up with grows the index. */
  keepRoom(keeps: boolean): void {
    this.#keepsRoom = keeps
  }

  forget(): void {
    this.#upto = null
    this.#series = null
  }

  /** Whether enough waits for a step. */
  #isFull(): boolean {
    const due = this.#due()
    return this.#newestRow() - this.#indexed() >= due && this.#lastOfStep(due) !== null
  }

  #due(): number {
    this.#series ??= Number(this.#count.get())
    return Math.min(AT_ONCE, Math.max(LEAST, this.#series * OF_A_SERIES))
  }

  #step(context: Context, most = AT_ONCE): void {
    const from = this.#indexed()
    const upto = this.#lastOfStep(most) ?? this.#newestRow()
    this.#grown = 0
    this.#series = null
    if (upto <= from) return
    const before = context.cause('index')
    this.#fill.run(from, upto)
    writeIndexedUpto(this.#db, upto)
    context.cause(before)
    // What is indexed may be removed, and with it what it says of its message.
    context.settle()
    this.#upto = upto
  }

  #lastOfStep(most: number): number | null {
    return (this.#last.get(this.#indexed(), most - 1) as number | undefined) ?? null
  }

  #indexed(): number {
    this.#upto ??= readIndexedUpto(this.#db)
    return this.#upto
  }

  #newestRow(): number {
    return Number(this.#newest.get())
  }
}
