import { describe, expect, it } from 'vitest'
import { ManualClock, systemClock, wait } from '../../shared/clock.ts'

describe('the manual clock', () => {
  it('fires what is due in the order of its time, each at its own time', () => {
    const clock = new ManualClock(0, 0)
    const fired: [string, number][] = []
    clock.after(30, () => fired.push(['c', clock.mono()]))
    clock.every(10, () => fired.push(['tick', clock.mono()]))
    clock.after(5, () => {
      fired.push(['a', clock.mono()])
      clock.after(5, () => fired.push(['nested', clock.mono()]))
    })
    clock.advance(30)
    expect(fired).toEqual([
      ['a', 5],
      ['tick', 10],
      ['nested', 10],
      ['tick', 20],
      ['c', 30],
      ['tick', 30],
    ])
    expect([clock.now(), clock.mono()]).toEqual([30, 30])
  })

  it('cancels, twice if need be, also from within', () => {
    const clock = new ManualClock()
    let count = 0
    const cancel = clock.every(10, () => {
      count += 1
      if (count === 2) cancel()
    })
    clock.advance(100)
    cancel()
    expect(count).toBe(2)
  })

  it('lets the wall jump without moving a timer', () => {
    const clock = new ManualClock(1_000_000, 0)
    let fired = false
    clock.after(10, () => {
      fired = true
    })
    clock.jump(-1_000_000)
    clock.jump(500)
    expect([clock.now(), clock.mono(), fired]).toEqual([500, 0, false])
    clock.advance(10)
    expect([clock.now(), clock.mono(), fired]).toEqual([510, 10, true])
  })
})

describe('waiting', () => {
  it('leaves no timer behind when it is told to stop', async () => {
    const stop = new AbortController()
    let cancelled = 0
    const cancel = () => {
      cancelled += 1
    }
    const clock = { ...systemClock, after: () => cancel }
    const waited = wait(clock, 60_000, stop.signal)
    stop.abort()
    await waited
    expect(cancelled).toBe(1)
  })
})

describe('the machine’s clock', () => {
  it('counts forward and fires', async () => {
    const before = systemClock.mono()
    await wait(systemClock, 1)
    expect(systemClock.mono()).toBeGreaterThan(before)
    expect(systemClock.now()).toBeGreaterThan(Date.UTC(2026, 0, 1))
  })
})
