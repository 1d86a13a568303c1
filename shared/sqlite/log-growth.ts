import { asError } from '../errors.ts'
import { type Database, isDiskFault, type Statement } from './open.ts'
import { FRAME_HEADER } from './write-ahead-log.ts'

/**
 * How many bytes commits added to the write-ahead log, as SQLite itself counts its frames. It is asked by a checkpoint that moves
 * nothing (`NOOP`, since SQLite 3.51), which takes about 3 µs. The log's index beside the database says the same, but a
 * program that opens and closes that file loses the locks that SQLite holds there.
 */
export class LogGrowth {
  #look: Statement
  #frameBytes: number
  #frames: number
  #moved: number

  /** Counts from now on. A database without a log, as in memory, never grows one. */
  constructor(db: Database) {
    this.#look = db.prepare('PRAGMA wal_checkpoint(NOOP)').raw()
    this.#frameBytes = Number(db.pragma('page_size', { simple: true })) + FRAME_HEADER
    const [, frames, moved] = this.#read() ?? [0, 0, 0]
    this.#frames = frames
    this.#moved = moved
  }

  /**
   * Bytes since the last call. Call it outside of transactions, after every commit and every checkpoint: a log that begins anew
   * is known by frames that were moved before and no longer are. When SQLite cannot say it, the next call counts it too.
   */
  take(): number {
    const read = this.#read()
    if (read === null) return 0
    const [, frames, moved] = read
    const isNew = moved < this.#moved || frames < this.#frames
    const grown = isNew ? frames : frames - this.#frames
    this.#frames = frames
    this.#moved = moved
    return grown * this.#frameBytes
  }

  /** busy, frames in the log, and how many of them were moved into the database. */
  #read(): [busy: number, frames: number, moved: number] | null {
    try {
      const [busy, frames, moved] = this.#look.get() as [number, number, number]
      return [busy, Math.max(0, frames), Math.max(0, moved)]
    } catch (error) {
      // What is committed is committed: nobody may hear otherwise because it could not be counted.
      if (isDiskFault(error)) return null
      throw asError(error)
    }
  }
}
