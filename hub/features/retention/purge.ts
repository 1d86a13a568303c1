import type { Database } from '../../../shared/sqlite/open.ts'
import type { RetentionClass } from '../../contract/retention-class.ts'
import type { Context } from '../../engine/context.ts'
import type { ReadingIndex } from '../telemetry/index-filler.ts'
import { DAY_MS, Retention } from './classes.ts'
import { conversationQueues, notePurged } from './conversations.ts'
import type { Followed } from './held-back.ts'
import { OldestFirst } from './oldest-first.ts'
import type { Cut, Removable } from './removable.ts'

/** Between the end of one look through everything and the next. */
const PASS_MS = 3_600_000
/** In one transaction, once a second: a quiet pace that is still 340 million rows a day. */
const STRETCH = { removals: 4_000, looks: 20_000 }

/** Removes what is older than its class is kept. A purge is no erasure: it is not captured, and central keeps its copy. */
export class Purge {
  #db: Database
  #removable: Removable
  #followed: Followed
  #walk: OldestFirst | null = null
  #nextAt: number | null = null
  #declared: readonly RetentionClass[]
  #index: Pick<ReadingIndex, 'catchUp'>
  #declaredGone = false
  /** Of the transaction that is under way. */
  #context: Context | null = null

  constructor(
    db: Database,
    {
      removable,
      followed,
      declared,
      index,
    }: {
      removable: Removable
      followed: Followed
      declared: readonly RetentionClass[]
      index: Pick<ReadingIndex, 'catchUp'>
    },
  ) {
    this.#db = db
    this.#followed = followed
    this.#removable = removable
    this.#declared = declared
    this.#index = index
  }

  tick(context: Context): void {
    if (!this.#walk && !this.#due(context.now)) return
    this.#context = context
    this.#walk ??= this.#begin(context)
    this.#removable.refresh(context.now)
    this.#declaredGone = false
    const { done } = this.#walk.stretch(STRETCH)
    this.#removable.sweep()
    if (done) {
      this.#walk = null
      this.#nextAt = context.now + PASS_MS
    }
    this.#followed.settle(context)
    // Features may keep in mind what there is: a device that had filled its share of rejected messages has room again.
    if (this.#declaredGone) context.changed()
  }

  /** Before anything else: what a copy of this database no longer has may have been purged since. */
  start(context: Context): void {
    notePurged(context, new Retention(this.#db, this.#declared))
  }

  /** Settings may have changed: the next look begins at once. */
  forget(): void {
    this.#walk = null
    this.#nextAt = null
  }

  /** A clock that was set back is no reason to wait longer. */
  #due(now: number): boolean {
    return this.#nextAt === null || now >= this.#nextAt || this.#nextAt - now > PASS_MS
  }

  #begin(context: Context): OldestFirst {
    const retention = new Retention(this.#db, this.#declared)
    notePurged(context, retention)
    this.#index.catchUp(context)
    const now = () => this.#context ?? context
    const hasCentral = this.#removable.hasCentral('events')
    return new OldestFirst([
      ...this.#removable.queues(this.#expired(retention, context.now)),
      ...conversationQueues(now, { retention, hasCentral }),
    ])
  }

  #expired(retention: Retention, now: number): Cut {
    return {
      before(name) {
        const days = retention.days(name)
        return days === null ? null : now - days * DAY_MS
      },
      removed: (table) => {
        this.#declaredGone ||= this.#declared.some((one) => one.table === table)
      },
    }
  }
}
