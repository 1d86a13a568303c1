import type { Mutation } from './mutation.ts'

const WEAR_TEST = 'test/hub/features/wear/wear.test.ts'
const LOG_GROWTH = 'test/shared/sqlite/log-growth.test.ts'

/** What the hub writes to its card, and that counting it costs next to nothing. */
export const WEAR: readonly Mutation[] = [
  {
    without: 'knowing a log that begins anew by the frames that were moved',
    file: 'shared/sqlite/log-growth.ts',
    text: 'const isNew = moved < this.#moved || frames < this.#frames',
    becomes: 'const isNew = frames < this.#frames',
    test: {
      file: LOG_GROWTH,
      name: 'is counted where the first commit of a new log is larger than the whole log before',
    },
  },
  {
    without: 'keeping a count that fails from whoever committed',
    file: 'shared/sqlite/log-growth.ts',
    text: 'if (isDiskFault(error)) return null',
    becomes: 'if (isDiskFault(null)) return null',
    test: { file: LOG_GROWTH, name: 'waits where SQLite cannot say it, and throws nothing at whoever committed' },
  },
  {
    without: 'counting a page once that stands in the log many times',
    file: 'shared/sqlite/pages-in-log.ts',
    text: 'pages.set(page.readUInt32BE(0), frame)',
    becomes: 'pages.set(frame, frame)',
    test: { file: LOG_GROWTH, name: 'is each page once, however often it stands in the log' },
  },
  {
    without: 'leaving out pages that a checkpoint left where they were',
    file: 'shared/sqlite/checkpoint.ts',
    text: '.filter((frame) => frame <= upto)',
    becomes: '.filter((frame) => frame > 0)',
    test: { file: LOG_GROWTH, name: 'leaves out what a reader keeps from being moved, until it is' },
  },
  {
    without: 'waiting for something else to write before its counts are written',
    file: 'hub/features/wear/engine.ts',
    text: 'if (writes.isWriting) days.storeWhenDue(context)',
    becomes: 'days.storeWhenDue(context)',
    test: { file: WEAR_TEST, name: 'are stored with what is written anyway, and never by a commit of their own' },
  },
  {
    without: 'storing days seldom',
    file: 'hub/features/wear/written-days.ts',
    text: 'const EVERY_MS = 600_000',
    becomes: 'const EVERY_MS = 0',
    test: { file: WEAR_TEST, name: 'are stored again after ten minutes at the earliest' },
  },
  {
    without: 'giving positions and counts to the messages that they are of',
    file: 'hub/engine/flushes.ts',
    text: 'context.cause(current)',
    becomes: '',
    test: { file: WEAR_TEST, name: 'is told by the feature that wrote it' },
  },
]
