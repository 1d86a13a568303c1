import { asError } from '../../shared/errors.ts'
import { uuid7 } from '../../shared/ids.ts'
import { isDiskFault } from '../../shared/sqlite/open.ts'
import type { Context, NewEvent, Store } from './context.ts'
import { FlushFailure } from './flush-failure.ts'
import type { Effect } from './input.ts'
import type { WriteCause } from './write-book.ts'

interface Services {
  addEvent(event: NewEvent, context: Context): void
  cause(cause: WriteCause): WriteCause
  /** Writes what features gathered. */
  flush(): void
  /** Writes what features gathered, and has them read their rows again. */
  forget(): void
  /** Writes the books at the end of the transaction. */
  settle(): void
  /** Something was rolled back: caches are read again. */
  undone(error: Error): void
}

/** What handlers see during one batch: its time, and where they leave what is to happen after the commit. */
export class BatchContext implements Context {
  readonly db
  readonly topics
  readonly random
  readonly version
  readonly tables
  readonly jobKinds
  readonly typeOf
  readonly keyring
  readonly settings
  readonly now: number
  readonly clockSynced: boolean | null
  readonly mono: number | null
  readonly effects: Effect[] = []
  basis: object = {}
  #committed: (() => void)[] = []
  #services: Services

  constructor(store: Store, receipt: { now: number; clockSynced: boolean | null; mono?: number }, services: Services) {
    this.db = store.db
    this.topics = store.topics
    this.random = store.random
    this.version = store.version
    this.tables = store.tables
    this.jobKinds = store.jobKinds
    this.typeOf = store.typeOf
    this.keyring = store.keyring
    this.settings = store.settings
    this.now = receipt.now
    this.clockSynced = receipt.clockSynced
    this.mono = receipt.mono ?? null
    this.#services = services
  }

  id(): string {
    return uuid7(this.now, this.random)
  }

  effect(effect: Effect): void {
    this.effects.push(effect)
  }

  committed(run: () => void): void {
    this.#committed.push(run)
  }

  addEvent(event: NewEvent): void {
    this.#services.addEvent(event, this)
  }

  cause(cause: WriteCause): WriteCause {
    return this.#services.cause(cause)
  }

  changed(): void {
    this.#services.forget()
  }

  settle(): void {
    this.#services.settle()
  }

  attempt(run: () => void): Error | null {
    const { db } = this
    // What was gathered before must not be undone with it.
    this.#services.flush()
    db.exec('SAVEPOINT attempt')
    const mark = this.mark()
    try {
      run()
      this.#services.flush()
      db.exec('RELEASE attempt')
      return null
    } catch (thrown) {
      // The fault of somebody else: whatever runs here runs again without it.
      const isOfAnother = thrown instanceof FlushFailure && thrown.mayWait
      if (isDiskFault(thrown) || !db.inTransaction || isOfAnother) throw thrown
      db.exec('ROLLBACK TO attempt')
      db.exec('RELEASE attempt')
      this.back(mark)
      const error = asError(thrown)
      this.#services.undone(error)
      return error
    }
  }

  /** One that fails must not undo what is on disk already, nor keep the others. */
  runCommitted(failed: (error: unknown) => void): void {
    for (const run of this.#committed) {
      try {
        run()
      } catch (error) {
        failed(error)
      }
    }
  }

  mark(): { effects: number; committed: number } {
    return { effects: this.effects.length, committed: this.#committed.length }
  }

  /** Drops what was left since the mark. */
  back(mark: { effects: number; committed: number }): void {
    this.effects.length = mark.effects
    this.#committed.length = mark.committed
    this.basis = {}
  }
}
