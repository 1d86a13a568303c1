import { describe, expect, it } from 'vitest'
import { debounce } from '../../../edge/gpio/debounce.ts'
import { ManualClock } from '../../../shared/clock.ts'

function contact(debounceMs: number) {
  const clock = new ManualClock()
  const told: boolean[] = []
  const contact = debounce({ clock, debounceMs, onChange: (active) => told.push(active) })
  return { clock, told, ...contact }
}

describe('debouncing', () => {
  it('tells a bouncing press once, at its first edge', () => {
    const { clock, told, feed } = contact(30)
    for (const level of [false, true, false, true, false, true]) feed(level)
    expect(told).toEqual([false, true])
    clock.advance(1_000)
    expect(told).toEqual([false, true])
  })

  it('tells a press that was over before the bouncing was: onoff waits first and never sees it', () => {
    const { clock, told, feed } = contact(30)
    for (const level of [false, true, false]) feed(level)
    clock.advance(29)
    expect(told).toEqual([false, true])
    clock.advance(1)
    expect(told).toEqual([false, true, false])
  })

  it('holds its breath after the second edge too', () => {
    const { clock, told, feed } = contact(30)
    for (const level of [false, true, false]) feed(level)
    clock.advance(30)
    for (const level of [true, false, true]) feed(level)
    clock.advance(30)
    expect(told).toEqual([false, true, false, true])
  })

  it('does not take the level it found for the start of bouncing', () => {
    const { told, feed } = contact(30)
    feed(true)
    feed(false)
    expect(told).toEqual([true, false])
  })

  it('tells every change when there is nothing to wait for, and nothing once it is stopped', () => {
    const { told, feed, stop } = contact(0)
    for (const level of [false, true, true, false, true]) feed(level)
    expect(told).toEqual([false, true, false, true])
    stop()
    feed(false)
    expect(told).toHaveLength(4)
  })
})
