import { uuid7 } from '../../shared/ids.ts'
import type { Context, NewEvent, Store } from './context.ts'
import type { Effect } from './input.ts'

interface Services {
  addEvent(event: NewEvent, context: Context): void
  forget(): void
}

/** What handlers see during one batch: its time, and where they leave what is to happen after the commit. */
export class BatchContext implements Context {
  readonly db
  readonly topics
  readonly random
  readonly version
  readonly tables
  readonly jobKinds
  readonly now: number
  readonly clockSynced: boolean | null
  readonly mono: number | null
  readonly effects: Effect[] = []
  #committed: (() => void)[] = []
  #services: Services

  constructor(store: Store, receipt: { now: number; clockSynced: boolean | null; mono?: number }, services: Services) {
    this.db = store.db
    this.topics = store.topics
    this.random = store.random
    this.version = store.version
    this.tables = store.tables
    this.jobKinds = store.jobKinds
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

  changed(): void {
    this.#services.forget()
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
  }
}
