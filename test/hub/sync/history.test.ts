import { describe, expect, it } from 'vitest'
import type { StreamPosition } from '../../../hub/engine/sync-step.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { commonUpto, movedUnder } from '../../../hub/sync/history.ts'

type Moves = [lease: string, upto: number][]

/** A stream that leases moved, one after the other. */
function walked(moves: Moves, first = 0): StreamPosition {
  const from = { stream: 'readings', table: 'readings', epoch: 1, first, upto: null, chain: CHAIN_START }
  let at: StreamPosition = { ...from, position: first, history: '' }
  for (const [lease, upto] of moves) {
    const [leases, token] = lease.split('.')
    at = { ...at, history: movedUnder(at, { token: token ?? '', leases: Number(leases) }), position: upto }
  }
  return at
}

describe('the history of a stream', () => {
  it('has one segment for each lease that moved it, from where it did', () => {
    const moves: Moves = [
      ['1.aa', 10],
      ['1.aa', 20],
      ['3.bb', 30],
    ]
    expect(walked(moves).history).toBe('1.aa@0 3.bb@20')
  })

  it('is kept of the last 64 leases', () => {
    const moves = Array.from({ length: 100 }, (_, n): [string, number] => [`${n + 1}.t`, n + 1])
    const segments = walked(moves).history.split(' ')
    expect([segments.length, segments[0], segments.at(-1)]).toEqual([64, '37.t@36', '100.t@99'])
  })

  const MANY = Array.from({ length: 70 }, (_, n): [string, number] => [`${n + 10}.t`, n + 11])

  it.each<[string, Moves, Moves, number | null]>([
    ['are the same', [['1.aa', 10]], [['1.aa', 10]], 10],
    [
      'differ by what one of them has not heard of yet',
      [['1.aa', 10]],
      [
        ['1.aa', 10],
        ['2.bb', 20],
      ],
      10,
    ],
    ['differ by what central lost within one lease', [['1.aa', 50]], [['1.aa', 20]], 20],
    [
      'part at a lease that another hub took',
      [
        ['1.aa', 10],
        ['2.bb', 30],
      ],
      [
        ['1.aa', 10],
        ['2.cc', 90],
      ],
      10,
    ],
    [
      'part within a lease that both knew',
      [['1.aa', 30]],
      [
        ['1.aa', 10],
        ['2.cc', 90],
      ],
      10,
    ],
    ['were never the same', [['2.aa', 30]], [['2.cc', 90]], 0],
    ['begin nowhere', [], [['2.cc', 90]], 0],
    ['have nothing at central', [['1.aa', 10]], [], 0],
    ['are older than what is kept of them', [['1.aa', 10]], [['1.aa', 10], ...MANY], null],
  ])('of two sides that %s tells how far they have the same rows', (_, own, theirs, upto) => {
    expect(commonUpto(walked(own), walked(theirs))).toBe(upto)
    expect(commonUpto(walked(theirs), walked(own))).toBe(upto)
  })

  it('tells nothing where nothing was noted', () => {
    const old = { ...walked([['1.aa', 10]]), history: '' }
    expect(commonUpto(old, walked([['2.bb', 20]]))).toBe(null)
  })
})
