import { statSync } from 'node:fs'
import type { LogStamp } from './log-stamp.ts'
import type { Database, Statement } from './open.ts'
import { type LogSpan, pagesInLog } from './pages-in-log.ts'

/** When a log is moved into its database. */
export interface LogSizes {
  /** This much waits. */
  passiveBytes: number
  /** The log's file is larger than this: it is cut back. */
  truncateBytes: number
  /** This much waits while nothing happens, so that a restart has little to do. */
  idleBytes: number
}

const MIB = 1024 * 1024
const OF_A_HOUSE: LogSizes = { passiveBytes: 4 * MIB, truncateBytes: 64 * MIB, idleBytes: MIB }
const IDLE_LOOKS = 10
/** A commit writes whole pages: one with the rows of a message, at times a second or third. */
const LEAST_COMMIT_BYTES = 6 * 1024
/** What a row costs that was changed without a message: removed or rolled up, with its share of the pages of its indexes. */
const CHANGE_BYTES = 512

/**
 * Moves the write-ahead log into the database on the writer's own schedule, never inside somebody's commit:
 * PASSIVE when much waits, or less while nothing happens, and TRUNCATE when the file grew too large.
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
  #moved: ((bytes: number) => void) | null
  #sizes: LogSizes

  /**
   * `stamp`: what the log that begins after a checkpoint is known by. `moved` hears how many bytes one wrote to the database's
   * file; without it nobody counts them. Default sizes: those of a hub's database.
   */
  constructor(
    db: Database,
    parts: { stamp?: Pick<LogStamp, 'due'>; moved?: (bytes: number) => void; sizes?: LogSizes } = {},
  ) {
    this.#db = db
    this.#stamp = parts.stamp ?? null
    this.#moved = parts.moved ?? null
    this.#sizes = parts.sizes ?? OF_A_HOUSE
    this.#log = `${db.name}-wal`
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
    const idle = this.#quietLooks >= IDLE_LOOKS && this.#waiting >= this.#sizes.idleBytes
    if (idle || this.#waiting >= this.#sizes.passiveBytes) this.run()
  }

  /** Notes bytes that were written without changing rows. They count at the next look. */
  note(bytes: number): void {
    this.#waiting += bytes
  }

  /** Checkpoints now. A reader in the way, such as a backup, only makes it incomplete: it is never waited for. */
  run(): void {
    this.#counted(() => {
      this.#db.pragma('wal_checkpoint(PASSIVE)')
      if (this.walBytes > this.#sizes.truncateBytes) this.#cutBack()
    })
    this.#done()
  }

  /**
   * Moves the whole log into the database now and leaves an empty file: nothing that was removed stands there any more. Returns
   * whether it is so. A reader in the way is not waited for.
   */
  empty(): boolean {
    const isEmpty = this.#counted(() => this.#cutBack())
    this.#done()
    return isEmpty
  }

  /** A page that stands in the log many times is written once, so its frames are looked through before they are moved. */
  #counted<T>(move: () => T): T {
    if (this.#moved === null) return move()
    const pageBytes = Number(this.#db.pragma('page_size', { simple: true }))
    const before = this.#frames()
    const pages = pagesInLog(this.#log, before, pageBytes)
    const result = move()
    const after = this.#frames()
    // A log that was cut back has no frames left. A reader in the way keeps the pages that it may still want from being moved.
    const upto = after.frames === 0 ? before.frames : after.moved
    const moved = [...pages.values()].filter((frame) => frame <= upto).length
    if (moved > 0) this.#moved(moved * pageBytes)
    return result
  }

  #frames(): LogSpan {
    const [state] = this.#db.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[]
    return { frames: Math.max(0, state?.log ?? 0), moved: Math.max(0, state?.checkpointed ?? 0) }
  }

  #done(): void {
    this.#stamp?.due()
    this.#waiting = 0
    this.#quietLooks = 0
  }

  #cutBack(): boolean {
    const timeout = Number(this.#db.pragma('busy_timeout', { simple: true }))
    this.#db.pragma('busy_timeout = 0')
    try {
      const [result] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
      return result?.busy === 0
    } finally {
      this.#db.pragma(`busy_timeout = ${timeout}`)
    }
  }
}
