import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { type Database, isDiskFault } from '../../shared/sqlite/open.ts'
import type { BatchContext } from './batch-context.ts'
import type { Feature } from './feature.ts'
import { FlushFailure } from './flush-failure.ts'

/** A feature that failed, for the hub's health. */
export interface Failing {
  feature: string
  /** The error's message. */
  reason: string
}

/** In ticks, which come once a second. */
const FIRST_WAIT = 8
const LONGEST_WAIT = 3_600

interface Trouble {
  reason: string
  failures: number
  /** Ticks until it is tried again. */
  wait: number
  startFailed: boolean
  /** Its flush is left out until it is tried again. */
  flushFailed: boolean
}

export interface ContainedParts {
  features: Feature[]
  db: Database
  log: Log
  /** Writes what features gathered. */
  flush: (context: BatchContext) => void
  /** Something was rolled back: caches are read again. */
  forget: () => void
}

/**
 * Starts, ticks and stops features, each in a savepoint of its own: what one that fails wrote is undone, and the others go on.
 * One that fails in its flush is left out, and whatever ran then runs again without it: it is no fault of theirs.
 * It is tried again after a while, twice as long each time, up to an hour. Vital ones are not left alone: at start their
 * failure is everybody's, and their ticks are tried each time. Disk errors end the whole transaction as ever.
 */
export class ContainedFeatures {
  #parts: ContainedParts
  #troubles = new Map<Feature, Trouble>()

  constructor(parts: ContainedParts) {
    this.#parts = parts
  }

  get failing(): Failing[] {
    return [...this.#troubles].map(([feature, { reason }]) => ({ feature: feature.name, reason }))
  }

  start(context: BatchContext): void {
    for (const feature of this.#parts.features) this.#run(context, feature, 'start')
  }

  tick(context: BatchContext): void {
    for (const feature of this.#parts.features) {
      const trouble = this.#troubles.get(feature)
      if (trouble && trouble.wait > 0) {
        trouble.wait -= 1
        continue
      }
      if (trouble?.flushFailed) this.#tryAgain(feature, trouble)
      if (trouble?.startFailed && !this.#run(context, feature, 'start')) continue
      if (this.#run(context, feature, 'tick')) this.#recovered(context, feature)
    }
  }

  stop(context: BatchContext): void {
    for (const feature of this.#parts.features)
      if (!this.#troubles.get(feature)?.startFailed) this.#run(context, feature, 'stop')
  }

  /** Whether its flush waits, because it failed. */
  leavesOut(feature: Feature): boolean {
    return this.#troubles.get(feature)?.flushFailed === true
  }

  /** After what was running was undone: true when it can run again without a feature that failed in its flush. */
  leaveOut(error: unknown): boolean {
    if (!(error instanceof FlushFailure) || !error.mayWait || this.leavesOut(error.feature)) return false
    this.#failed(error.feature, 'flush', error)
    return true
  }

  /** With its next tick: what it knew may be what it failed at. */
  #tryAgain(feature: Feature, trouble: Trouble): void {
    trouble.flushFailed = false
    feature.forget?.()
  }

  #run(context: BatchContext, feature: Feature, work: 'start' | 'tick' | 'stop'): boolean {
    if (!feature[work] && !(feature.flush && this.#troubles.has(feature))) return true
    const { db } = this.#parts
    db.exec('SAVEPOINT feature')
    const mark = context.mark()
    try {
      context.cause(feature.writes ?? 'other')
      feature[work]?.(context)
      this.#parts.flush(context)
      db.exec('RELEASE feature')
      return true
    } catch (error) {
      if (isDiskFault(error) || !db.inTransaction) throw error
      db.exec('ROLLBACK TO feature')
      db.exec('RELEASE feature')
      context.back(mark)
      this.#parts.forget()
      const isOwn = !(error instanceof FlushFailure) || error.feature === feature
      if (!isOwn && this.leaveOut(error)) return this.#run(context, feature, work)
      if (feature.vital && work === 'start') throw error
      if (!this.leaveOut(error)) this.#failed(isOwn ? feature : error.feature, work, asError(error))
      return false
    }
  }

  #failed(feature: Feature, work: string, error: Error): void {
    const before = this.#troubles.get(feature)
    const failures = (before?.failures ?? 0) + 1
    const wait = feature.vital ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1))
    this.#troubles.set(feature, {
      reason: error.message,
      failures,
      wait,
      startFailed: work === 'start' || (before?.startFailed ?? false),
      flushFailed: work === 'flush' || (before?.flushFailed ?? false),
    })
    if (before?.reason === error.message) return
    const cause = error.cause instanceof Error ? error.cause : error
    this.#parts.log.error(
      { feature: feature.name, work, error: cause.stack },
      'a part of the house failed; the others go on, and it is tried again',
    )
  }

  /** Known only when it is on disk: a transaction that fails as a whole proves nothing. */
  #recovered(context: BatchContext, feature: Feature): void {
    if (!this.#troubles.has(feature)) return
    context.committed(() => {
      this.#troubles.delete(feature)
      this.#parts.log.info({ feature: feature.name }, 'a part of the house works again')
    })
  }
}
