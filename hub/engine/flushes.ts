import { type Database, isDiskFault } from '../../shared/sqlite/open.ts'
import type { BatchContext } from './batch-context.ts'
import type { Books } from './books.ts'
import type { ContainedFeatures } from './contained-features.ts'
import type { Feature } from './feature.ts'
import { FlushFailure } from './flush-failure.ts'
import type { WriteBook } from './write-book.ts'

export interface FlushParts {
  features: readonly Feature[]
  contained: Pick<ContainedFeatures, 'leavesOut' | 'leaveOut'>
  books: Books
  writes: WriteBook
  db: Database
  /** Something was rolled back: caches are read again. */
  undone: () => void
}

/** Writes what features gathered, as often as a transaction needs it. */
export class Flushes {
  #parts: FlushParts

  constructor(parts: FlushParts) {
    this.#parts = parts
  }

  /** Throws a `FlushFailure`, or what the disk says. */
  run(context: BatchContext): void {
    const { features, contained, books, writes } = this.#parts
    const { current } = writes
    for (const feature of features) {
      if (contained.leavesOut(feature)) continue
      if (feature.writes) context.cause(feature.writes)
      try {
        feature.flush?.(context)
      } catch (error) {
        throw isDiskFault(error) ? error : new FlushFailure(feature, error)
      }
    }
    // Positions and counts belong to the messages that they are of.
    context.cause(current)
    books.streams.flush(context.now)
  }

  /** The last one of a transaction whose parts were flushed each: who still fails there is undone and left out. */
  last(context: BatchContext): void {
    const { db, contained, undone } = this.#parts
    db.exec('SAVEPOINT flush')
    const mark = context.mark()
    try {
      this.run(context)
      db.exec('RELEASE flush')
    } catch (error) {
      if (isDiskFault(error) || !db.inTransaction) throw error
      db.exec('ROLLBACK TO flush')
      db.exec('RELEASE flush')
      context.back(mark)
      undone()
      if (!contained.leaveOut(error)) throw error
      this.last(context)
    }
  }
}
