import type { Database, Statement } from '../../../shared/sqlite/open.ts'

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
}

/** Statements for some of the columns. */
interface Insert {
  values: (row: ReadingRow) => unknown[]
  bySize: { rows: number; statement: Statement }[]
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
  #short: Insert
  #full: Insert

  constructor(db: Database) {
    this.#stored = db
      .prepare('SELECT 1 FROM readings WHERE series_id = ? AND reading_time = ? AND value = ? LIMIT 1')
      .pluck()
    const columns = ['series_id', 'reading_time', 'received_at', 'value']
    this.#short = insert(db, columns, (row) => [row.series, row.time, row.received, row.value])
    this.#full = insert(db, [...columns, 'quality', 'metadata'], (row) => [
      row.series,
      row.time,
      row.received,
      row.value,
      row.quality,
      row.metadata,
    ])
  }

  add(row: ReadingRow): void {
    const rows = this.#pending.get(row.device)
    if (rows) rows.push(row)
    else this.#pending.set(row.device, [row])
    this.#waiting?.add(sameness(row))
    if (row.quality !== null || row.metadata !== null) this.#plain = false
  }

  /** Whether the series has this value at this time already, written or waiting for that. */
  has(row: Pick<ReadingRow, 'series' | 'time' | 'value'>): boolean {
    this.#waiting ??= new Set([...this.#pending.values()].flat().map(sameness))
    return this.#waiting.has(sameness(row)) || this.#stored.get(row.series, row.time, row.value) !== undefined
  }

  flush(): void {
    if (this.#pending.size === 0) return
    const { values, bySize } = this.#plain ? this.#short : this.#full
    const rows = [...this.#pending.values()].flat()
    let at = 0
    for (const { rows: size, statement } of bySize)
      for (; at + size <= rows.length; at += size) statement.run(rows.slice(at, at + size).flatMap(values))
    this.forget()
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

function insert(db: Database, names: string[], values: Insert['values']): Insert {
  const into = `INSERT INTO readings (${names.join(', ')}) VALUES `
  const row = `(${names.map(() => '?').join(', ')})`
  const bySize = ROWS.map((rows) => ({
    rows,
    statement: db.prepare(into + Array.from({ length: rows }, () => row).join(', ')),
  }))
  return { values, bySize }
}
