import type { Database } from '../../shared/sqlite/open.ts'

const PASSIVE_BYTES = 4 * 1024 * 1024
const TRUNCATE_BYTES = 64 * 1024 * 1024
const PAGE = 4096

/**
 * Moves the write-ahead log into the database on the writer's own schedule, never inside somebody's commit:
 * PASSIVE when more than 4 MB wait, TRUNCATE when it grew beyond 64 MB. `auto` checkpoints are off.
 */
export class Checkpointer {
  #db: Database
  #walBytes = 0
  #sinceCheckpoint = 0

  constructor(db: Database) {
    this.#db = db
  }

  /** Bytes of log at the last look. */
  get walBytes(): number {
    return this.#walBytes
  }

  /** Notes roughly how much a batch wrote, and checkpoints when that is worth it. Call outside a transaction. */
  after(bytesWritten: number): void {
    this.#sinceCheckpoint += bytesWritten
    if (this.#sinceCheckpoint >= PASSIVE_BYTES) this.run()
  }

  /** Checkpoints now. A reader in the way only makes it incomplete. */
  run(): void {
    const mode = this.#walBytes > TRUNCATE_BYTES ? 'TRUNCATE' : 'PASSIVE'
    const [row] = this.#db.pragma(`wal_checkpoint(${mode})`) as { log: number }[]
    this.#walBytes = Math.max(0, row?.log ?? 0) * PAGE
    this.#sinceCheckpoint = 0
  }

  close(): void {
    this.#db.pragma('wal_checkpoint(TRUNCATE)')
  }
}
