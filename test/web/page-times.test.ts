import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pageClock } from '../../web/hub/page-clock.ts'
import { isMoment } from '../../web/words/times.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a time far ahead', () => {
  it('is waited for by a browser whose timers end after 25 days, and can be given up', () => {
    const month = 40 * 86_400_000
    let over = 0
    pageClock.after(month, () => void over++)
    const cancel = pageClock.after(month, () => void over++)
    vi.advanceTimersByTime(30 * 86_400_000)
    expect(over).toBe(0)
    cancel()
    vi.advanceTimersByTime(10 * 86_400_000)
    expect(over).toBe(1)
  })

  it('that no calendar has is none', () => {
    expect([0, -1, 8.64e15, 8.64e15 + 1, Number.NaN, 1e300].map(isMoment)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ])
  })
})
