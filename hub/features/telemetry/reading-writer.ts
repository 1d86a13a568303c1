import type { Database, Statement } from '../../../shared/sqlite/open.ts'

/** Rows per statement: crossing from JavaScript into SQLite costs as much as a row without its index. */
const ROWS = 16

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

/** One statement for many rows and one for the rest. */
interface Insert {
  values: (row: ReadingRow) => unknown[]
  columns: number
  many: Statement
  one: Statement
}

/**
 * Gathers the readings of a batch and writes them before the commit, each device's together and in their order.
 * Neighbours in the index are written after one another that way. Readings of good quality, which nearly all are,
 * leave out the two columns that say otherwise.
 */
export class ReadingWriter {
  #pending = new Map<string, ReadingRow[]>()
  #plain = true
  #short: Insert
  #full: Insert

  constructor(db: Database) {
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
    if (row.quality !== null || row.metadata !== null) this.#plain = false
  }

  flush(): void {
    if (this.#pending.size === 0) return
    const { values, columns, many, one } = this.#plain ? this.#short : this.#full
    let chunk: unknown[] = []
    for (const rows of this.#pending.values()) {
      for (const row of rows) {
        chunk.push(...values(row))
        if (chunk.length < ROWS * columns) continue
        many.run(chunk)
        chunk = []
      }
    }
    for (let at = 0; at < chunk.length; at += columns) one.run(chunk.slice(at, at + columns))
    this.forget()
  }

  forget(): void {
    this.#pending.clear()
    this.#plain = true
  }
}

function insert(db: Database, names: string[], values: Insert['values']): Insert {
  const into = `INSERT INTO readings (${names.join(', ')}) VALUES `
  const row = `(${names.map(() => '?').join(', ')})`
  return {
    values,
    columns: names.length,
    many: db.prepare(into + Array.from({ length: ROWS }, () => row).join(', ')),
    one: db.prepare(into + row),
  }
}
