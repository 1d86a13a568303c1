import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { readIndexedUpto } from '../../store/indexed-readings.ts'
import { type ReadingPlace, WaitingReadings } from './waiting-readings.ts'

export interface NewestReading {
  time: number
  value: number
  quality: number
  time_quality: 'good' | 'corrected' | 'unknown'
}

/** The newest readings of many series, as of one moment: in the index, and among those that wait for it. */
export class NewestReadings {
  /** When the latest entry of a series is of, whether or not its row is there still. */
  #entered: Statement
  #indexed: Statement
  #row: Statement
  #upto: number
  #waiting: WaitingReadings
  /** Of this moment: nobody writes between two questions of one transaction. */
  #places: ReadonlyMap<number, ReadingPlace> | null = null
  #latest: number

  /** Of times up to `latest`. `upto`: readings up to this key are looked for in the index alone. Default: those that are in it. */
  constructor(db: Database, { latest, upto = readIndexedUpto(db), waiting = new WaitingReadings(db) }: Asked) {
    this.#latest = latest
    this.#upto = upto
    this.#waiting = waiting
    const { entered, indexed, row } = statementsOf(db)
    this.#entered = entered
    this.#indexed = indexed
    this.#row = row
  }

  /** Of a series; of two of one time the one that came last. */
  of(series: number): NewestReading | undefined {
    const place = this.#placeOf(series)
    if (!place) return undefined
    const row = this.#row.get(place.id) as NewestReading | undefined
    if (row) return row
    // One that was looked at before has gone since.
    this.#waiting.forget()
    this.#places = null
    const next = this.#placeOf(series)
    return next && (this.#row.get(next.id) as NewestReading | undefined)
  }

  #placeOf(series: number): ReadingPlace | undefined {
    this.#places ??= this.#waiting.newest(this.#upto, this.#latest)
    const waiting = this.#places.get(series)
    // What waits has the greater key. Entries whose row is gone may be later than all that is there: then both are looked at.
    const entered = waiting && (this.#entered.get(series, this.#latest) as number | undefined)
    if (waiting && (entered === undefined || waiting.time >= entered)) return waiting
    const indexed = this.#indexed.get(series, this.#latest) as ReadingPlace | undefined
    return waiting && (!indexed || waiting.time >= indexed.time) ? waiting : indexed
  }
}

interface Asked {
  latest: number
  upto?: number
  /** What was looked through for an earlier question of the same connection. */
  waiting?: WaitingReadings
}

/** Of each connection: to prepare them takes as long as to ask for ten sensors. */
const STATEMENTS = new WeakMap<Database, Record<'entered' | 'indexed' | 'row', Statement>>()

function statementsOf(db: Database) {
  const known = STATEMENTS.get(db)
  if (known) return known
  const made = {
    entered: db
      .prepare(
        'SELECT reading_time FROM reading_index WHERE series_id = ? AND reading_time <= ? ORDER BY reading_time DESC LIMIT 1',
      )
      .pluck(),
    indexed: db.prepare(
      'SELECT i.reading_time AS time, i.id FROM reading_index i CROSS JOIN readings r ON r.id = i.id ' +
        'WHERE i.series_id = ? AND i.reading_time <= ? ORDER BY i.reading_time DESC, i.id DESC LIMIT 1',
    ),
    row: db.prepare(
      'SELECT reading_time AS time, value, coalesce(quality, 1.0) AS quality, ' +
        "coalesce(metadata ->> '$.time_quality', 'good') AS time_quality FROM readings WHERE id = ?",
    ),
  }
  STATEMENTS.set(db, made)
  return made
}
