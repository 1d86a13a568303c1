import type { Mutation } from './mutation.ts'

/** The batch, its transaction and what becomes of each input. */
export const ENGINE: readonly Mutation[] = [
  {
    without: 'looking whether a message came before',
    file: 'hub/engine/device-streams.ts',
    text: 'const fresh = seq > position.last',
    becomes: 'const fresh = seq > 0',
    test: { file: 'test/hub/engine/engine.test.ts', name: 'stores a reading once, however often it comes' },
  },
  {
    without: 'the books in the transaction of the rows',
    file: 'hub/engine/engine.ts',
    text: 'this.#ledger.flush()',
    becomes: '',
    test: { file: 'test/hub/features/ledger.test.ts', name: 'balance, and everything has its effect once' },
  },
]
