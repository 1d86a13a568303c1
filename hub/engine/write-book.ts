import type { LogGrowth } from '../../shared/sqlite/log-growth.ts'
import type { Database, Statement } from '../../shared/sqlite/open.ts'

/** What the hub writes to its disk for, in the order in which people read it. */
export const WRITE_CAUSES = [
  'readings',
  'index',
  'rollups',
  'events',
  'heartbeats',
  'commands',
  'sound',
  'sync',
  'retention',
  'tidying',
  'checkpoints',
  'backups',
  'other',
] as const
export type WriteCause = (typeof WRITE_CAUSES)[number]

export interface WrittenAmount {
  /** Transactions that were flushed to the disk. What is written beside the database's log has none. */
  commits: number
  bytes: number
}

export type WrittenByCause = Partial<Record<WriteCause, WrittenAmount>>

/**
 * Counts what is written to the disk, and for what. The bytes of a commit are what the log grew by it. Where a transaction
 * has several causes they are divided by the rows that each of them changed, and the commit counts for the one with the most.
 * It counts in memory: what a kill takes away is counted nowhere.
 */
export class WriteBook {
  #log: Pick<LogGrowth, 'take'> | null
  #changes: Statement
  #cause: WriteCause = 'other'
  #began = 0
  #seen = 0
  #rows = new Map<WriteCause, number>()
  #written = new Map<WriteCause, WrittenAmount>()

  /** `log`: of a database in a file. Without it, as in memory, commits write nothing. */
  constructor(db: Database, log: Pick<LogGrowth, 'take'> | null = null) {
    this.#log = log
    this.#changes = db.prepare('SELECT total_changes()').pluck()
  }

  /** Since the start. */
  get totals(): WrittenByCause {
    return Object.fromEntries([...this.#written].map(([cause, written]) => [cause, { ...written }]))
  }

  /** Whether the transaction has changed rows, so that one more costs no commit of its own. */
  get isWriting(): boolean {
    return Number(this.#changes.get()) !== this.#began
  }

  /** A transaction begins. */
  begin(): void {
    this.#began = Number(this.#changes.get())
    this.#seen = this.#began
    this.#rows.clear()
    this.#cause = 'other'
  }

  /** The cause that was named last. */
  get current(): WriteCause {
    return this.#cause
  }

  /** What is written from here on in this transaction is for this, until another cause is named. Returns the one before. */
  cause(cause: WriteCause): WriteCause {
    const before = this.#cause
    if (cause === before) return before
    this.#settle()
    this.#cause = cause
    return before
  }

  /** The transaction is on the disk. */
  committed(): void {
    this.#settle()
    const bytes = this.#log?.take() ?? 0
    if (bytes > 0) this.#divide(bytes)
  }

  /** The log grew without one of our transactions. */
  logGrew(cause: WriteCause): void {
    const bytes = this.#log?.take() ?? 0
    if (bytes > 0) this.#add(cause, { commits: 1, bytes })
  }

  /** WrittenAmount beside the log: the database's file itself, or another one. */
  wrote(cause: WriteCause, bytes: number): void {
    this.#add(cause, { commits: 0, bytes })
  }

  #settle(): void {
    const changes = Number(this.#changes.get())
    const rows = changes - this.#seen
    this.#seen = changes
    if (rows > 0) this.#rows.set(this.#cause, (this.#rows.get(this.#cause) ?? 0) + rows)
  }

  #divide(bytes: number): void {
    const [[most, rows], ...others] = this.#byRows()
    const all = others.reduce((sum, [, more]) => sum + more, rows)
    let left = bytes
    for (const [cause, share] of others) {
      const part = Math.floor((bytes * share) / all)
      this.#add(cause, { commits: 0, bytes: part })
      left -= part
    }
    this.#add(most, { commits: 1, bytes: left })
  }

  /** The cause with the most rows first. A transaction that changed none, as a new mark of the log, is for what was named last. */
  #byRows(): [[WriteCause, number], ...[WriteCause, number][]] {
    const [first, ...others] = [...this.#rows].sort(([, a], [, b]) => b - a)
    return [first ?? [this.#cause, 1], ...others]
  }

  #add(cause: WriteCause, { commits, bytes }: WrittenAmount): void {
    const before = this.#written.get(cause) ?? { commits: 0, bytes: 0 }
    this.#written.set(cause, { commits: before.commits + commits, bytes: before.bytes + bytes })
  }
}
