import type { Clock } from '../../shared/clock.ts'
import type { LaresError } from '../../shared/errors.ts'
import { crockford } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import type { Lane } from '../../shared/messages/fields.ts'
import { Checkpointer, type LogSizes } from '../../shared/sqlite/checkpoint.ts'
import type { LogStamp } from '../../shared/sqlite/log-stamp.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { evictOldest } from './eviction.ts'
import { outboxFault } from './outbox-fault.ts'
import type { Amount, OutboxRows } from './rows.ts'
import { outboxRows } from './rows.ts'
import type { OutboxState } from './state-row.ts'

export interface OutboxFileParts {
  db: Database
  clock: Clock
  log: Log
  /** Marks the log as this file's. Default `null`: there is no log, as in memory. */
  stamp?: LogStamp | null
}

const MIB = 1024 * 1024
/** Small: a disk that fills up must still have room for what waits in the log. */
const LOG_SIZES: LogSizes = { passiveBytes: MIB, truncateBytes: 4 * MIB, idleBytes: MIB }

/** For the indexes and the state, beside the rows. */
const SPARE_PAGES = 8
/** At once. */
const GIVEN_UP_BYTES = 16 * 1024
const TIMES = 20

/** The file behind an outbox: its rows, its state row, and running totals that need no scan. */
export class OutboxFile {
  readonly rows: OutboxRows
  /** As it is on the disk, but for `runningMs`, which is its value at the start of this run. */
  state: OutboxState
  total: Amount
  parked: number
  #db: Database
  #stamp: LogStamp | null
  #checkpointer: Checkpointer | null
  #clock: Clock
  #log: Log
  #quiet: RateLimitedLog
  #startMono: number

  constructor({ db, clock, log, stamp = null }: OutboxFileParts) {
    this.#db = db
    this.#clock = clock
    this.#log = log
    this.#stamp = stamp
    this.#checkpointer = stamp && new Checkpointer(db, { stamp, sizes: LOG_SIZES })
    this.#quiet = new RateLimitedLog(clock, 60_000)
    this.rows = outboxRows(db)
    if (this.rows.state() === null) this.rows.createState(mintEpoch())
    const state = this.rows.state()
    if (state === null) throw new Error('the outbox has no state row after one was written')
    this.state = state
    this.total = this.rows.total()
    this.parked = this.rows.totalParked()
    this.#startMono = clock.mono()
  }

  get open(): boolean {
    return this.#db.open
  }

  /** What of the disk or of another program a failed write met, or `null` when it was none of these. */
  fault(error: unknown): LaresError | null {
    return outboxFault(error, this.#db.name)
  }

  /** How long agents have run on this file, milliseconds. Grows only while one runs; no clock can turn it back. */
  runningMs(): number {
    return this.state.runningMs + Math.round(this.#clock.mono() - this.#startMono)
  }

  /** All of `work` or nothing is on the disk. */
  transaction(work: () => void): void {
    this.#db
      .transaction(() => {
        work()
        this.#stamp?.write()
      })
      .immediate()
    this.#quietly(() => this.#checkpointer?.after(0))
  }

  /** Like `transaction`, but a disk that fails is logged, at most once a minute, and answered with `false`. */
  attempt(what: string, work: () => void): boolean {
    try {
      this.transaction(work)
      return true
    } catch (error) {
      const fault = this.fault(error)
      if (!fault) throw error
      if (this.#quiet.allow(what)) this.#log.error({ what, reason: fault.message }, 'the outbox could not be written')
      return false
    }
  }

  /** Keeps a change of the state row on the disk and then here. */
  keep(what: string, change: Partial<OutboxState>): boolean {
    if (!this.attempt(what, () => this.rows.update(change))) return false
    this.state = { ...this.state, ...change }
    return true
  }

  /**
   * Gives up the oldest rows until the file has room for this many bytes without growing; as far as the disk takes that, and
   * until nothing is left that may go.
   */
  freeFor(lane: Lane, bytes: number): void {
    const number = (pragma: string) => Number(this.#db.pragma(pragma, { simple: true }))
    const wanted = SPARE_PAGES + Math.ceil((2 * bytes) / number('page_size'))
    for (let time = 0; time < TIMES && number('freelist_count') < wanted; time += 1) {
      const rows = this.#giveUp(lane)
      if (rows === 0) return
      if (rows === null) this.checkpoint()
    }
  }

  /** Gives up some rows, counted. How many; `null` when the disk does not take that. */
  #giveUp(lane: Lane): number | null {
    let gone: Amount = { rows: 0, bytes: 0 }
    const done = this.attempt('give up the oldest rows', () => {
      gone = evictOldest(this.rows, { bytes: GIVEN_UP_BYTES, lane })
      if (gone.rows > 0) this.rows.update({ dropped: this.state.dropped + gone.rows })
    })
    if (!done) return null
    this.state.dropped += gone.rows
    this.total = { rows: this.total.rows - gone.rows, bytes: this.total.bytes - gone.bytes }
    return gone.rows
  }

  /** Moves the log into the file, so that it is written again from its start; as far as the disk takes that. */
  checkpoint(): void {
    this.#quietly(() => this.#checkpointer?.run())
  }

  /** Counts the totals anew; scans the table. */
  recount(): void {
    this.total = this.rows.total()
    this.parked = this.rows.totalParked()
  }

  /** What is committed is kept whatever becomes of this: a disk that fails now is said by the next transaction. */
  #quietly(tidy: () => void): void {
    try {
      tidy()
    } catch (error) {
      if (!this.fault(error)) throw error
    }
  }

  close(): void {
    if (!this.#db.open) return
    this.attempt('keep the running time', () => this.rows.update({ runningMs: this.runningMs() }))
    this.#db.close()
  }
}

export function mintEpoch(): string {
  return crockford(20)
}
