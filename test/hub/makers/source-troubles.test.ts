import { describe, expect, it } from 'vitest'
import { SourceTroubles } from '../../../hub/makers/source-troubles.ts'
import { ManualClock } from '../../../shared/clock.ts'

function troubles() {
  const clock = new ManualClock()
  const told: (string | null)[] = []
  return { clock, told, source: new SourceTroubles({ tell: (reason) => told.push(reason), clock }) }
}

describe('what is wrong at a source', () => {
  it('is told at once, and that it is right again', () => {
    const { source, told, clock } = troubles()
    source.note('a', null)
    source.note('a', 'no JSON')
    clock.advance(10_000)
    source.note('b', null)
    source.note('a', null)
    expect(told).toEqual(['no JSON', null])
  })

  it('stays until its own topic is right, and is told with how much else there is', () => {
    const { source, told, clock } = troubles()
    for (const topic of ['a', 'b', 'c']) {
      source.note(topic, `${topic} is wrong`)
      clock.advance(10_000)
    }
    source.note('c', null)
    expect(told).toEqual([
      'a is wrong',
      'b is wrong (and something on 1 other topic)',
      'c is wrong (and something on 2 other topics)',
      'b is wrong (and something on 1 other topic)',
    ])
  })

  it('is told every ten seconds at most, however often it changes, and of a thousand topics no more than a hundred are kept', () => {
    const { source, told, clock } = troubles()
    for (let n = 0; n < 55_000; n += 1) {
      source.note(`topic ${n % 1_000}`, `wrong ${n}`)
      clock.advance(1)
    }
    expect(told).toHaveLength(6)
    clock.advance(60_000)
    expect(told).toHaveLength(7)
    expect(told.at(-1)).toBe('wrong 54999 (and something on 99 other topics)')
  })

  it('is told anew after the connection ended', () => {
    const { source, told, clock } = troubles()
    source.note('a', 'no JSON')
    source.forget()
    clock.advance(60_000)
    source.note('a', 'no JSON')
    expect(told).toEqual(['no JSON', 'no JSON'])
  })
})
