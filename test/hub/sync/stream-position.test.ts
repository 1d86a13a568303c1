import { describe, expect, it } from 'vitest'
import type { StreamPosition } from '../../../hub/engine/sync-step.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { findDiverged } from '../../../hub/sync/stream-position.ts'

const stream = (name: string, position: number, more: Partial<StreamPosition> = {}): StreamPosition => ({
  ...{ stream: name, table: name === 'changes' ? 'sync_changes' : name, epoch: 2, first: 0, upto: null },
  ...{ position, chain: position === 0 ? CHAIN_START : `at ${position}`, history: '' },
  ...more,
})

describe('a look whether central is still where the hub left it', () => {
  const own = [stream('changes', 7), stream('readings', 10), stream('events', 0)]

  it('finds nothing when it is', () => {
    expect(findDiverged(own, own)).toBe(null)
    expect(findDiverged([stream('events', 0)], [])).toBe(null)
  })

  it.each<[string, StreamPosition[]]>([
    ['stands at an earlier row', [stream('changes', 7), stream('readings', 8)]],
    ['stands at a later row', [stream('changes', 7), stream('readings', 12)]],
    ['came there over other rows', [stream('changes', 7), stream('readings', 10, { chain: 'others' })]],
    ['is not there any more', [stream('changes', 7)]],
  ])('names a stream whose cursor %s', (_, cursors) => {
    expect(findDiverged(own, cursors)?.stream).toBe('readings')
  })

  it('sees that the change log was put back to before a prune, though no entry is missing', () => {
    expect(findDiverged(own, [stream('changes', 7, { chain: 'before' }), stream('readings', 10)])?.stream).toBe(
      'changes',
    )
  })

  it('of a stream that ended with its epoch wants all rows, and no fewer', () => {
    const ended = [stream('readings', 10, { epoch: 1, upto: 10 }), stream('changes', 9, { epoch: 1, upto: 9 })]
    expect(findDiverged(ended, [stream('readings', 50, { epoch: 1 })])).toBe(null)
    expect(findDiverged(ended, [stream('readings', 9, { epoch: 1 })])?.stream).toBe('readings')
  })
})
