import type { Database } from '../../shared/sqlite/open.ts'
import type { CarriedPositionsState } from './carried-positions.ts'
import { DeviceStreams } from './device-streams.ts'
import { Ledger } from './ledger.ts'

/**
 * What the engine writes down of messages themselves: how far each lane is, and how many there were. Most of it stands on the rows
 * that messages brought, and here once those rows may go.
 */
export class Books {
  readonly streams: DeviceStreams
  readonly ledger: Ledger
  #settles = false

  constructor(db: Database) {
    this.streams = new DeviceStreams(db)
    this.ledger = new Ledger(db)
  }

  /** Whether this transaction is to write everything down: the step of an index that rows with positions are passed by. */
  get isSettling(): boolean {
    return this.#settles
  }

  /** Has everything written with this transaction. */
  settle(): void {
    this.#settles = true
  }

  /** Call before the commit, when every row of the transaction is written. */
  write(now: number): void {
    if (this.#settles) {
      this.streams.settle(now)
      this.ledger.settle()
      this.#settles = false
    }
    this.ledger.flush()
  }

  committed(): void {
    this.ledger.committed()
    this.streams.committed()
  }

  /** The transaction was undone. */
  forget(): void {
    this.#settles = false
    this.streams.forget()
    this.ledger.forget()
  }

  /** Remembers where they are before an input that may be undone. */
  mark(): CarriedPositionsState {
    this.ledger.mark()
    return this.streams.mark()
  }

  back(to: CarriedPositionsState): void {
    this.ledger.back()
    this.streams.back(to)
  }
}
