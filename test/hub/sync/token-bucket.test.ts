import { describe, expect, it } from 'vitest'
import { TokenBucket } from '../../../hub/sync/token-bucket.ts'
import { ManualClock } from '../../../shared/clock.ts'

/** Milliseconds until the bytes may go. */
async function delayOf(clock: ManualClock, bucket: TokenBucket, bytes: number): Promise<number> {
  let gone = false
  const going = bucket.take(bytes, new AbortController().signal).then(() => {
    gone = true
  })
  let waited = 0
  for (; waited < 60_000; waited += 50) {
    await new Promise((resolve) => setImmediate(resolve))
    if (gone) break
    clock.advance(50)
  }
  await going
  return waited
}

describe('the cap on bytes to central', () => {
  it('lets the bytes of a second through at once, and then as much as it says', async () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket(clock, 1_000)
    expect(await delayOf(clock, bucket, 1_000)).toBe(0)
    expect(await delayOf(clock, bucket, 500)).toBe(500)
    expect(await delayOf(clock, bucket, 250)).toBe(250)
  })

  it('lets a batch go that is larger than that, and has it paid off afterwards', async () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket(clock, 1_000)
    expect(await delayOf(clock, bucket, 5_000)).toBe(0)
    expect(await delayOf(clock, bucket, 100)).toBe(4_100)
    expect(await delayOf(clock, bucket, 3_000)).toBe(1_000)
  })

  it('saves no more than that up', async () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket(clock, 1_000)
    clock.advance(3_600_000)
    expect(await delayOf(clock, bucket, 1_000)).toBe(0)
    expect(await delayOf(clock, bucket, 1_000)).toBe(1_000)
  })

  it('keeps to the rate over many batches', async () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket(clock, 1_000)
    let waited = 0
    for (let batch = 0; batch < 20; batch++) waited += await delayOf(clock, bucket, 700)
    expect(waited).toBeGreaterThanOrEqual(13_000)
    expect(waited).toBeLessThanOrEqual(14_000)
  })

  it('holds nothing back where there is none, and nobody when it is given up', async () => {
    const clock = new ManualClock()
    expect(await delayOf(clock, new TokenBucket(clock, null), 1e12)).toBe(0)
    const bucket = new TokenBucket(clock, 10)
    await bucket.take(100, new AbortController().signal)
    const stop = new AbortController()
    const waiting = bucket.take(100, stop.signal)
    stop.abort()
    await waiting
  })

  it('says when what has gone already is paid off', () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket(clock, 1_000)
    bucket.pay(3_000)
    clock.advance(1_999)
    expect(bucket.isPaid).toBe(false)
    clock.advance(1)
    expect(bucket.isPaid).toBe(true)
    const free = new TokenBucket(clock, null)
    free.pay(1e12)
    expect(free.isPaid).toBe(true)
  })
})
