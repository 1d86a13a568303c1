import { describe, expect, it } from 'vitest'
import { Backoff } from '../../shared/backoff.ts'
import { ManualClock } from '../../shared/clock.ts'

const delays = (random: number, count: number) => {
  const backoff = new Backoff({ firstMs: 1_000, capMs: 60_000, random: () => random })
  return Array.from({ length: count }, () => backoff.next())
}

describe('back-off', () => {
  it('doubles up to the cap, and only then is made uneven, so that a house does not come back in step', () => {
    expect(delays(0.5, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    expect(delays(0, 8).at(-1)).toBe(30_000)
    expect(delays(0.999_999, 8).at(-1)).toBe(90_000)
  })

  it('stays finite after thousands of failures', () => {
    expect(delays(0.5, 5_000).at(-1)).toBe(60_000)
  })

  it('begins anew after a success', () => {
    const backoff = new Backoff({ firstMs: 1_000, capMs: 60_000, random: () => 0.5 })
    backoff.next()
    backoff.next()
    expect(backoff.failures).toBe(2)
    backoff.reset()
    expect([backoff.failures, backoff.next()]).toEqual([0, 1_000])
  })

  it('waits on the clock it is given, and returns early when it is told to stop', async () => {
    const clock = new ManualClock()
    const backoff = new Backoff({ firstMs: 1_000, capMs: 1_000, random: () => 0.5 })
    let done = 0
    const first = backoff.wait(clock).then(() => {
      done += 1
    })
    clock.advance(999)
    await Promise.resolve()
    expect(done).toBe(0)
    clock.advance(1)
    await first
    const stop = new AbortController()
    const second = backoff.wait(clock, stop.signal)
    stop.abort()
    await second
    await backoff.wait(clock, stop.signal)
  })
})
