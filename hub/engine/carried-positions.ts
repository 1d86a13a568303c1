import type { Database, Statement } from '../../shared/sqlite/open.ts'
import { readMark } from './message-mark.ts'

const KEY = 'lanes_settled'

/** Where a transaction was, so that a part of it can be undone. */
export interface CarriedPositionsState {
  moved: number
  settled: number | null
}

/**
 * Positions of lanes that stand on the rows that moved them and not yet in `device_streams`. `lanes_settled` in `hub_settings`
 * names the row up to which the table has them; the rows behind it are read at start.
 */
export class CarriedPositions {
  /** By the key of the lane; of transactions that were committed. */
  #committed = new Map<number, number>()
  /** Of this transaction. */
  #moved: [lane: number, seq: number][] = []
  /** How many of `#moved`, and all of `#committed`, the table has with this transaction. */
  #settled: number | null = null
  #update: Statement
  #note: Statement

  constructor(db: Database) {
    this.#update = db.prepare(
      'UPDATE device_streams SET last_seq = max(last_seq, ?), updated_at = max(updated_at, ?) WHERE id = ?',
    )
    // Rows of this transaction may come after it, so it says no more than what is stored.
    this.#note = db.prepare(
      'INSERT INTO hub_settings (key, value) SELECT ?, CAST(coalesce(max(id), 0) AS TEXT) FROM readings WHERE true ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
    const rows = db
      .prepare(
        'SELECT mark FROM readings WHERE id > coalesce((SELECT CAST(value AS INTEGER) FROM hub_settings WHERE key = ?), 0) AND mark > 0',
      )
      .pluck()
    for (const mark of rows.iterate(KEY) as Iterable<number>) {
      const { lane, seq } = readMark(mark)
      this.#raise(lane, seq)
    }
  }

  /** The position of a lane, where its row says `stored`. */
  last(lane: number, stored: number): number {
    let last = Math.max(stored, this.#committed.get(lane) ?? 0)
    for (const [moved, seq] of this.#moved) if (moved === lane) last = Math.max(last, seq)
    return last
  }

  move(lane: number, seq: number): void {
    this.#moved.push([lane, seq])
  }

  /** Writes all of them into the table. */
  settle(now: number): void {
    const all = new Map(this.#committed)
    for (const [lane, seq] of this.#moved) all.set(lane, Math.max(seq, all.get(lane) ?? 0))
    for (const [lane, seq] of all) this.#update.run(seq, now, lane)
    this.#note.run(KEY)
    this.#settled = this.#moved.length
  }

  committed(): void {
    if (this.#settled !== null) this.#committed.clear()
    for (const [lane, seq] of this.#moved.slice(this.#settled ?? 0)) this.#raise(lane, seq)
    this.forget()
  }

  /** The transaction was undone. */
  forget(): void {
    this.#moved = []
    this.#settled = null
  }

  mark(): CarriedPositionsState {
    return { moved: this.#moved.length, settled: this.#settled }
  }

  back({ moved, settled }: CarriedPositionsState): void {
    this.#moved.length = moved
    this.#settled = settled
  }

  #raise(lane: number, seq: number): void {
    this.#committed.set(lane, Math.max(seq, this.#committed.get(lane) ?? 0))
  }
}
