import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { WriteCause } from '../../engine/write-book.ts'
import { WrittenDays } from './written-days.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** Somebody else than the engine wrote so many bytes to the hub's disk. */
    written: { cause: WriteCause; bytes: number }
  }
}

/** Keeps what is written to the disk day by day, with what is written anyway. */
export function openWear({ db, writes }: House): Feature {
  const days = new WrittenDays(db, writes)
  return {
    name: 'wear',
    inputs: {
      written(_context, { cause, bytes }) {
        writes.wrote(cause, bytes)
        return { verdict: 'stored' }
      },
    },
    tick: ({ now }) => days.count(now),
    flush(context) {
      if (writes.isWriting) days.storeWhenDue(context)
    },
    stop: (context) => days.store(context),
  }
}
