import type { Clock } from '../../shared/clock.ts'
import type { LaresError } from '../../shared/errors.ts'
import { crockford } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import { Checkpointer, type LogSizes } from '../../shared/sqlite/checkpoint.ts'
import type { LogStamp } from '../../shared/sqlite/log-stamp.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { outboxFault } from './outbox-fault.ts'
import type { Amount, OutboxRows, OutboxState } from './rows.ts'
import { outboxRows } from './rows.ts'

export interface LedgerParts {
  db: Database
  clock: Clock
  log: Log
  /** Marks the log as this file's. Default `null`: there is no log, as in memory. */
  stamp?: LogStamp | null
}

const MIB = 1024 * 1024
/** Small: a disk that fills up must still have room for what waits in the log. */
const LOG_SIZES: LogSizes = { passiveBytes: MIB, truncateBytes: 4 * MIB, idleBytes: MIB }

/** The file behind an outbox: its rows, its state row, and running totals that need no scan. */
export class Ledger {
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

  constructor({ db, clock, log, stamp = null }: LedgerParts) {
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
    this.#tidy()
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

  /** Counts the totals anew; scans the table. */
  recount(): void {
    this.total = this.rows.total()
    this.parked = this.rows.totalParked()
  }

  /** What is committed is kept whatever becomes of this: a disk that fails now is said by the next transaction. */
  #tidy(): void {
    try {
      this.#checkpointer?.after(0)
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
