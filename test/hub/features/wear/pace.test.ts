import { describe, expect, it } from 'vitest'
import { paceOf } from '../../../../hub/features/wear/pace.ts'
import type { WrittenDay } from '../../../../hub/features/wear/written-days.ts'

const DAY_MS = 86_400_000
const TODAY = 20_000

/** A day that wrote so much for readings. */
function day(id: number, bytes: number, more: Partial<WrittenDay> = {}): WrittenDay {
  const began_at = id * DAY_MS
  const readings = { commits: bytes / 100, bytes }
  return { id, began_at, written_at: began_at + DAY_MS - 1, written: { readings }, ...more }
}

describe('the pace of writing', () => {
  it('is the average of the last seven full days: neither today nor older ones count', () => {
    const days = [
      day(TODAY - 9, 9e9),
      ...[1, 2, 3, 4, 5, 6, 7].map((ago) => day(TODAY - ago, ago * 100)),
      day(TODAY, 9e9),
    ]
    expect(paceOf(days, TODAY)).toEqual({ days: 7, aDay: { readings: { commits: 4, bytes: 400 } } })
  })

  it('leaves out the day on which counting began, which is no full one', () => {
    const days = [day(TODAY - 3, 9e9), day(TODAY - 2, 100), day(TODAY - 1, 300)]
    expect(paceOf(days, TODAY)).toEqual({ days: 2, aDay: { readings: { commits: 2, bytes: 200 } } })
  })

  it('counts a day on which the hub was off as one that wrote nothing', () => {
    const days = [day(TODAY - 5, 1), day(TODAY - 4, 300), day(TODAY - 1, 500)]
    expect(paceOf(days, TODAY)).toMatchObject({ days: 4, aDay: { readings: { bytes: 200 } } })
  })

  it('is what was counted so far, made a day of, until there is a full one', () => {
    const began_at = TODAY * DAY_MS + DAY_MS / 2
    const today = day(TODAY, 100, { began_at, written_at: began_at + DAY_MS / 4 })
    expect(paceOf([today], TODAY)).toEqual({ days: 0, aDay: { readings: { commits: 4, bytes: 400 } } })
  })

  it('is not known after a few minutes, nor before anything', () => {
    const began_at = TODAY * DAY_MS
    expect(paceOf([day(TODAY, 100, { written_at: began_at + 60_000 })], TODAY)).toBeNull()
    expect(paceOf([], TODAY)).toBeNull()
  })
})
