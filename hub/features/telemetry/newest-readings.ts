import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { readIndexedUpto } from '../../store/indexed-readings.ts'

export interface NewestReading {
  time: number
  value: number
  quality: number
  time_quality: 'good' | 'corrected' | 'unknown'
}

interface Place {
  time: number
  id: number
}

/** Keys among which two readings of one time are told apart. More than wait for their index, but where it is made anew. */
const KEYS = 2 ** 20

/** The newest readings of many series: what is not indexed yet is looked through once for all of them. */
export class NewestReadings {
  #indexed: Statement
  #row: Statement
  #upto: number
  #db: Database
  #waiting = new Map<number, Map<number, Place>>()

  /** `upto`: readings up to this key are looked for in the index alone. Default: those that are in it. */
  constructor(db: Database, upto = readIndexedUpto(db)) {
    this.#db = db
    this.#upto = upto
    this.#indexed = db.prepare(
      'SELECT i.reading_time AS time, i.id FROM reading_index i CROSS JOIN readings r ON r.id = i.id ' +
        'WHERE i.series_id = ? AND i.reading_time <= ? ORDER BY i.reading_time DESC, i.id DESC LIMIT 1',
    )
    this.#row = db.prepare(
      'SELECT reading_time AS time, value, coalesce(quality, 1.0) AS quality, ' +
        "coalesce(metadata ->> '$.time_quality', 'good') AS time_quality FROM readings WHERE id = ?",
    )
  }

  /** Of a series, not later than a time; of two of one time the one that came last. */
  of(series: number, latest: number): NewestReading | undefined {
    const indexed = this.#indexed.get(series, latest) as Place | undefined
    const waiting = this.#waitingUpto(latest).get(series)
    // What waits has the greater key.
    const place = waiting && (!indexed || waiting.time >= indexed.time) ? waiting : indexed
    return place && (this.#row.get(place.id) as NewestReading | undefined)
  }

  #waitingUpto(latest: number): Map<number, Place> {
    const known = this.#waiting.get(latest)
    if (known) return known
    // SQLite takes the other columns from the row with the maximum. A number that is bound is none that is whole to it.
    const rows = this.#db
      .prepare(
        `SELECT series_id, reading_time, id, max(reading_time * ${KEYS} + min(id - CAST(@upto AS INTEGER), ${KEYS - 1})) ` +
          'FROM readings WHERE id > @upto AND reading_time <= @latest GROUP BY series_id',
      )
      .raw()
      .all({ upto: this.#upto, latest }) as [number, number, number, number][]
    const waiting = new Map(rows.map(([series, time, id]) => [series, { time, id }]))
    this.#waiting.set(latest, waiting)
    return waiting
  }
}
