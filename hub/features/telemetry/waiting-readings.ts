import type { Database, Statement } from '../../../shared/sqlite/open.ts'

export interface ReadingPlace {
  time: number
  id: number
}

/** Keys among which two readings of one time are told apart. More than come between two looks, but where the index is made anew. */
const KEYS = 2 ** 20

/**
 * The newest reading of each series among those that wait for the index. They are looked through once; after that only what has come
 * since. What was indexed meanwhile may be among them.
 */
export class WaitingReadings {
  #look: Statement
  #later: Statement
  #last: Statement
  #places = new Map<number, ReadingPlace>()
  /** Readings behind the first and up to the second were looked at; `null`: none. */
  #looked: { from: number; upto: number } | null = null
  #latest = Number.NEGATIVE_INFINITY
  /** One of a time that had not come was left out: it may be the newest by now. */
  #hasLater = false

  constructor(db: Database) {
    // SQLite takes the other columns from the row with the maximum. A number that is bound is none that is whole to it.
    this.#look = db
      .prepare(
        `SELECT series_id, reading_time, id, max(reading_time * ${KEYS} + min(id - CAST(@from AS INTEGER), ${KEYS - 1})) ` +
          'FROM readings WHERE id > @from AND id <= @upto AND reading_time <= @latest GROUP BY series_id',
      )
      .raw()
    this.#later = db.prepare('SELECT 1 FROM readings WHERE id > ? AND id <= ? AND reading_time > ? LIMIT 1').pluck()
    this.#last = db.prepare('SELECT coalesce(max(id), 0) FROM readings').pluck()
  }

  /** Of those behind `indexed`, not later than a time; of two of one time the one that came last. */
  newest(indexed: number, latest: number): ReadonlyMap<number, ReadingPlace> {
    const last = this.#last.get() as number
    const looked = this.#looked
    // The index may be made anew, rows may go, and a clock may be set back.
    const goesOn =
      looked !== null && indexed >= looked.from && last >= looked.upto && latest >= this.#latest && !this.#hasLater
    if (!goesOn) this.#places = new Map()
    const from = goesOn ? Math.max(looked.upto, indexed) : indexed
    for (const [series, time, id] of this.#look.all({ from, upto: last, latest }) as [number, number, number][]) {
      const before = this.#places.get(series)
      // What came later has the greater key.
      if (!before || time >= before.time) this.#places.set(series, { time, id })
    }
    this.#hasLater = this.#later.get(from, last, latest) !== undefined
    this.#looked = { from: goesOn ? looked.from : indexed, upto: last }
    this.#latest = latest
    return this.#places
  }

  /** A row that was looked at is gone: the next look is at everything. */
  forget(): void {
    this.#looked = null
  }
}

/** What was looked through for the last question on a connection: pages ask again and again. */
const WAITING = new WeakMap<Database, { untilNow: WaitingReadings; ever: WaitingReadings }>()

/** Those of a connection: of times that have come, and of all. */
export function waitingOf(db: Database): { untilNow: WaitingReadings; ever: WaitingReadings } {
  const known = WAITING.get(db) ?? { untilNow: new WaitingReadings(db), ever: new WaitingReadings(db) }
  WAITING.set(db, known)
  return known
}
