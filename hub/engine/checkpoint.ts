import { statSync } from 'node:fs'
import type { Database, Statement } from '../../shared/sqlite/open.ts'
import type { LogStamp } from '../store/log-stamp.ts'

const PASSIVE_BYTES = 4 * 1024 * 1024
const TRUNCATE_BYTES = 64 * 1024 * 1024
/** An idle house is checkpointed when this much waits, so that a restart has little to do. */
const IDLE_BYTES = 1024 * 1024
const IDLE_LOOKS = 10
/** A commit writes whole pages: the rows, their indexes, the positions. */
const LEAST_COMMIT_BYTES = 16 * 1024
/** What a row costs that was changed without a message: removed or rolled up, with its share of the pages of its indexes. */
const CHANGE_BYTES = 512

/**
 * Moves the write-ahead log into the database on the writer's own schedule, never inside somebody's commit:
 * PASSIVE when more than 4 MB wait, or 1 MB while nothing happens, and TRUNCATE when the file grew beyond 64 MB.
 * Automatic checkpoints are off. The log's frames are estimated, because SQLite tells their number only at a checkpoint.
 */
export class Checkpointer {
  #db: Database
  #log: string
  #changes: Statement
  #lastChanges = 0
  #waiting = 0
  #quietLooks = 0
  #stamp: Pick<LogStamp, 'due'> | null

  /** `stamp`: what the log that begins after a checkpoint is known by. */
  constructor(db: Database, file: string, stamp: Pick<LogStamp, 'due'> | null = null) {
    this.#db = db
    this.#stamp = stamp
    this.#log = `${file}-wal`
    this.#changes = db.prepare('SELECT total_changes()').pluck()
  }

  /** Size of the log's file. It is used again from its start after a checkpoint, so it does not shrink by itself. */
  get walBytes(): number {
    return statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0
  }

  /**
   * After every transaction, outside of it: notes what was written, and checkpoints when that is worth it. Without a
   * payload the rows that changed are counted: a purge writes much and receives nothing.
   */
  after(payloadBytes: number): void {
    const changes = Number(this.#changes.get())
    if (changes === this.#lastChanges) this.#quietLooks += 1
    else {
      const bytes = payloadBytes > 0 ? payloadBytes * 2 : (changes - this.#lastChanges) * CHANGE_BYTES
      this.#lastChanges = changes
      this.#quietLooks = 0
      this.#waiting += Math.max(LEAST_COMMIT_BYTES, bytes)
    }
    const idle = this.#quietLooks >= IDLE_LOOKS && this.#waiting >= IDLE_BYTES
    if (idle || this.#waiting >= PASSIVE_BYTES) this.run()
  }

  /** Notes bytes that were written without changing rows. They count at the next look. */
  note(bytes: number): void {
    this.#waiting += bytes
  }

  /** Checkpoints now. A reader in the way, such as a backup, only makes it incomplete: it is never waited for. */
  run(): void {
    this.#db.pragma('wal_checkpoint(PASSIVE)')
    if (this.walBytes > TRUNCATE_BYTES) this.#cutBack()
    this.#stamp?.due()
    this.#waiting = 0
    this.#quietLooks = 0
  }

  #cutBack(): void {
    const timeout = Number(this.#db.pragma('busy_timeout', { simple: true }))
    this.#db.pragma('busy_timeout = 0')
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      this.#db.pragma(`busy_timeout = ${timeout}`)
    }
  }
}
