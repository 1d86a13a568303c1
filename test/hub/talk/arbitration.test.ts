import { beforeEach, describe, expect, it } from 'vitest'
import type { WakeBid } from '../../../hub/engine/wake-bid.ts'
import { Arbitration } from '../../../hub/talk/arbitration.ts'
import { ManualClock } from '../../../shared/clock.ts'

let clock: ManualClock
let chosen: [winner: string, others: string[]][]
let arbitration: Arbitration
beforeEach(() => {
  clock = new ManualClock()
  chosen = []
  arbitration = new Arbitration({
    clock,
    chosen: ({ device }, others) => void chosen.push([device, others.map((one) => one.device)]),
  })
})

function hears(device: string, more: Partial<WakeBid> = {}): void {
  const bid = { device, turn: `turn of ${device}`, group: 'downstairs', isChosen: false }
  arbitration.take({ ...bid, snrDb: 10, peakDb: -20, score: 0.5, ...more })
}

describe('one of several devices', () => {
  it('is the one that heard it best over its own noise, whoever said so first', () => {
    hears('hall', { snrDb: 9 })
    clock.advance(60)
    hears('kitchen', { snrDb: 21 })
    hears('attic', { snrDb: 4 })
    clock.advance(89)
    expect(chosen).toEqual([])
    clock.advance(1)
    expect(chosen).toEqual([['kitchen', ['hall', 'attic']]])
  })

  it.each<[string, Partial<WakeBid>]>([
    ['its peak', { peakDb: -10 }],
    ['its score', { score: 0.9 }],
  ])('is told by %s where they heard it alike', (_, better) => {
    hears('attic')
    hears('kitchen', better)
    clock.advance(150)
    expect(chosen).toEqual([['kitchen', ['attic']]])
  })

  it('is that whose button was pressed, however loud it is elsewhere, and nobody takes that away', () => {
    hears('kitchen', { snrDb: 30 })
    hears('hall', { isChosen: true, snrDb: 1 })
    clock.advance(150)
    expect(chosen).toEqual([['hall', ['kitchen']]])
    hears('attic', { isChosen: true })
    clock.advance(150)
    expect(chosen).toHaveLength(1)
  })

  it('that is alone is told nothing', () => {
    hears('kitchen')
    clock.advance(150)
    hears('cellar', { group: 'below' })
    clock.advance(150)
    expect(chosen).toEqual([])
  })

  it('that comes too late stands down at once, and is heard again a while later', () => {
    hears('kitchen')
    clock.advance(150)
    clock.advance(300)
    hears('hall', { snrDb: 40 })
    expect(chosen).toEqual([['kitchen', ['hall']]])
    clock.advance(1_500)
    hears('hall')
    clock.advance(150)
    expect(chosen).toHaveLength(1)
  })

  it('that begins once more takes its own place', () => {
    hears('kitchen', { snrDb: 3 })
    hears('hall')
    hears('kitchen', { snrDb: 30 })
    clock.advance(150)
    expect(chosen).toEqual([['kitchen', ['hall']]])
    hears('kitchen')
    clock.advance(150)
    expect(chosen).toHaveLength(1)
  })
})
