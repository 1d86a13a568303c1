import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesWords, durationWords, offsetOf, timeWords, zonedTime } from '../../shared/time-words.ts'

let zone: string | undefined
beforeEach(() => {
  zone = process.env.TZ
  process.env.TZ = 'Europe/Berlin'
})
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

const NOW = Date.UTC(2026, 10, 27, 13, 5)

describe('a time for a person', () => {
  it('is local and names its zone, also where that changes', () => {
    expect(zonedTime(NOW)).toBe('2026-11-27 14:05:00 +01:00')
    expect(zonedTime(Date.UTC(2026, 9, 25, 0, 30))).toBe('2026-10-25 02:30:00 +02:00')
    expect(zonedTime(Date.UTC(2026, 9, 25, 1, 30))).toBe('2026-10-25 02:30:00 +01:00')
    process.env.TZ = 'America/St_Johns'
    expect(zonedTime(NOW)).toBe('2026-11-27 09:35:00 -03:30')
    process.env.TZ = 'UTC'
    expect(zonedTime(NOW)).toBe('2026-11-27 13:05:00 UTC')
  })

  it.each([
    [0, 'just now'],
    [12_000, '12 s ago'],
    [-540_000, 'in 9 min'],
    [-599_200, 'in 10 min'],
    [-80_000, 'in 1 min'],
    [-3_599_000, 'in 1 h'],
    [3_599_999, '59 min ago'],
    [3_600_000, '2026-11-27 13:05 +01:00'],
  ])('that is %i ms away is "%s"', (away, words) => {
    expect(timeWords(NOW - away, NOW)).toBe(words)
  })

  it('that is none is shown as what it is', () => {
    for (const wrong of [1e300, Number.NaN, Number.POSITIVE_INFINITY])
      expect([timeWords(wrong, NOW), zonedTime(wrong), offsetOf(wrong)].join()).toContain(String(wrong))
  })
})

describe('a span for a person', () => {
  it.each([
    [0, '0 s'],
    [250, '250 ms'],
    [1_500, '1.5 s'],
    [59_999, '59 s'],
    [300_000, '5 min'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [277_200_000, '3 d 5 h'],
    [-1_500, '-1.5 s'],
  ])('of %i ms is "%s"', (ms, words) => {
    expect(durationWords(ms)).toBe(words)
  })
})

describe('a size for a person', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_500, '1.5 kB'],
    [123_456_789, '123 MB'],
    [2_000_000_000, '2.0 GB'],
  ])('of %i bytes is "%s"', (bytes, words) => {
    expect(bytesWords(bytes)).toBe(words)
  })
})
