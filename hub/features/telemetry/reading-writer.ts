import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { newestKeyReader } from '../../store/append-keys.ts'
import { RECENT_FROM } from '../../store/indexed-readings.ts'

/**
 * Rows per statement, the largest first: crossing from JavaScript into SQLite costs as much as a row without its index,
 * and each statement copies the pages it touches once, because it may fail half-way.
 */
const ROWS = [256, 16, 1]

export interface ReadingRow {
  device: string
  series: number
  time: number
  received: number
  value: number
  /** `null` means 1. */
  quality: number | null
  metadata: string | null
  /** Of the last row of a message, see `Origin.mark`. */
  mark: number | null
}

/** Statements for some of the columns. */
interface Insert {
  /** Writes a row's values from a place of the parameters on. Returns the place behind them. */
  put: (params: unknown[], at: number, id: number, row: ReadingRow) => number
  bySize: { rows: number; statement: Statement; params: unknown[] }[]
}

/**
 * Gathers the readings of a batch and writes them before the commit, each device's together and in their order.
 * Neighbours in the index are written after one another that way. Readings of good quality, which nearly all are,
 * leave out the two columns that say otherwise.
 */
export class ReadingWriter {
  #pending = new Map<string, ReadingRow[]>()
  #plain = true
  /** The pending ones by what makes them the same; `null`: nobody has asked since the last write. */
  #waiting: Set<string> | null = null
  #stored: Statement
  /** Given here, because AUTOINCREMENT writes a page for them with every commit. */
  #newestKey: () => number
  #short: Insert
  #full: Insert

  constructor(db: Database) {
    const isSame = 'r.series_id = @series AND r.reading_time = @time AND r.value = @value'
    this.#stored = db
      .prepare(
        'SELECT 1 FROM reading_index i CROSS JOIN readings r ON r.id = i.id WHERE i.series_id = @series AND i.reading_time = @time ' +
          `AND ${isSame} UNION ALL SELECT 1 FROM readings r WHERE r.id > ${RECENT_FROM} AND ${isSame} LIMIT 1`,
      )
      .pluck()
    this.#newestKey = newestKeyReader(db, 'readings')
    const columns = ['id', 'series_id', 'reading_time', 'received_at', 'value', 'mark']
    this.#short = insert(db, columns, putPlain)
    this.#full = insert(db, [...columns, 'quality', 'metadata'], (params, at, id, row) => {
      const behind = putPlain(params, at, id, row)
      params[behind] = row.quality
      params[behind + 1] = row.metadata
      return behind + 2
    })
  }

  add(row: ReadingRow): void {
    const rows = this.#pending.get(row.device)
    if (rows) rows.push(row)
    else this.#pending.set(row.device, [row])
    this.#waiting?.add(sameness(row))
    if (row.quality !== null || row.metadata !== null) this.#plain = false
  }

  /**
   * Whether the series has this value at this time already, written or waiting for that. Where the index is made anew it may say no
   * of what is not in it again.
   */
  has(row: Pick<ReadingRow, 'series' | 'time' | 'value'>): boolean {
    this.#waiting ??= new Set([...this.#pending.values()].flat().map(sameness))
    return this.#waiting.has(sameness(row)) || this.#stored.get(row) !== undefined
  }

  /** Returns how many it wrote. */
  flush(): number {
    if (this.#pending.size === 0) return 0
    const { put, bySize } = this.#plain ? this.#short : this.#full
    const rows = [...this.#pending.values()].flat()
    const first = this.#newestKey() + 1
    let next = 0
    for (const { rows: size, statement, params } of bySize)
      for (; next + size <= rows.length; next += size) {
        let [place, id] = [0, first + next]
        for (const row of rows.slice(next, next + size)) place = put(params, place, id++, row)
        statement.run(params)
      }
    this.forget()
    return rows.length
  }

  forget(): void {
    this.#pending.clear()
    this.#plain = true
    this.#waiting = null
  }
}

function sameness({ series, time, value }: Pick<ReadingRow, 'series' | 'time' | 'value'>): string {
  return `${series} ${time} ${value}`
}

function putPlain(params: unknown[], at: number, id: number, row: ReadingRow): number {
  params[at] = id
  params[at + 1] = row.series
  params[at + 2] = row.time
  params[at + 3] = row.received
  params[at + 4] = row.value
  params[at + 5] = row.mark
  return at + 6
}

function insert(db: Database, names: string[], put: Insert['put']): Insert {
  const into = `INSERT INTO readings (${names.join(', ')}) VALUES `
  const row = `(${names.map(() => '?').join(', ')})`
  const bySize = ROWS.map((rows) => ({
    rows,
    statement: db.prepare(into + Array.from({ length: rows }, () => row).join(', ')),
    // Filled again and again: a batch has thousands of values.
    params: new Array<unknown>(rows * names.length).fill(null),
  }))
  return { put, bySize }
}
