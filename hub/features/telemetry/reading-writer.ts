import type { Database, Statement } from '../../../shared/sqlite/open.ts'

/** Rows per statement: crossing from JavaScript into SQLite costs as much as the row itself. */
const ROWS = 16
const COLUMNS = 6

/** Gathers the readings of a batch and writes them with few, large statements before the commit. */
export class ReadingWriter {
  #pending: unknown[] = []
  #many: Statement
  #one: Statement

  constructor(db: Database) {
    const insert = 'INSERT INTO readings (series_id, reading_time, received_at, value, quality, metadata) VALUES '
    const row = '(?, ?, ?, ?, ?, ?)'
    this.#many = db.prepare(insert + Array.from({ length: ROWS }, () => row).join(', '))
    this.#one = db.prepare(insert + row)
  }

  add(row: {
    series: number
    time: number
    received: number
    value: number
    quality: number | null
    metadata: string | null
  }): void {
    this.#pending.push(row.series, row.time, row.received, row.value, row.quality, row.metadata)
  }

  flush(): void {
    const pending = this.#pending
    if (pending.length === 0) return
    let offset = 0
    for (; offset + ROWS * COLUMNS <= pending.length; offset += ROWS * COLUMNS)
      this.#many.run(pending.slice(offset, offset + ROWS * COLUMNS))
    for (; offset < pending.length; offset += COLUMNS) this.#one.run(pending.slice(offset, offset + COLUMNS))
    this.#pending = []
  }

  forget(): void {
    this.#pending = []
  }
}
