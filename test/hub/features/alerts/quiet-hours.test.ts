import { describe, expect, it } from 'vitest'
import { isQuiet, minuteOfDay } from '../../../../hub/features/alerts/quiet-hours.ts'

const VIENNA = 'Europe/Vienna'
const hours = (from: string, to: string) => ({ quiet_from: minutes(from), quiet_to: minutes(to) })
const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
const at = (utc: string) => Date.parse(`${utc}Z`)

describe('quiet hours', () => {
  it('are those of the clock on the wall, in winter and in summer', () => {
    const night = hours('22:00', '07:00')
    expect(isQuiet(night, at('2026-01-15T20:59'), VIENNA)).toBe(false)
    expect(isQuiet(night, at('2026-01-15T21:00'), VIENNA)).toBe(true)
    expect(isQuiet(night, at('2026-01-16T05:59'), VIENNA)).toBe(true)
    expect(isQuiet(night, at('2026-01-16T06:00'), VIENNA)).toBe(false)
    expect(isQuiet(night, at('2026-07-15T19:59'), VIENNA)).toBe(false)
    expect(isQuiet(night, at('2026-07-15T20:00'), VIENNA)).toBe(true)
    expect(isQuiet(night, at('2026-07-16T05:00'), VIENNA)).toBe(false)
  })

  it('end in spring although the hour of their end is left out', () => {
    // On 29 March 2026 it is 3:00 after 1:59.
    const night = hours('22:00', '02:30')
    expect(isQuiet(night, at('2026-03-29T00:59'), VIENNA)).toBe(true)
    expect(minuteOfDay(at('2026-03-29T01:00'), VIENNA)).toBe(minutes('03:00'))
    expect(isQuiet(night, at('2026-03-29T01:00'), VIENNA)).toBe(false)
  })

  it('begin in spring although the hour of their beginning is left out', () => {
    expect(isQuiet(hours('02:30', '07:00'), at('2026-03-29T01:00'), VIENNA)).toBe(true)
  })

  it('are as long as the clock says in autumn, where an hour comes twice', () => {
    // On 25 October 2026 it is 2:00 again after 2:59.
    const night = hours('22:00', '07:00')
    for (const utc of ['2026-10-24T20:00', '2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T05:59'])
      expect(isQuiet(night, at(utc), VIENNA)).toBe(true)
    expect(isQuiet(night, at('2026-10-25T06:00'), VIENNA)).toBe(false)
  })

  it('may lie within a day, be a whole day, or none', () => {
    const noon = hours('12:00', '14:00')
    expect([11, 12, 13, 14].map((hour) => isQuiet(noon, Date.UTC(2026, 0, 1, hour), 'UTC'))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(isQuiet(hours('08:00', '08:00'), 0, 'UTC')).toBe(true)
    expect(isQuiet({ quiet_from: null, quiet_to: null }, 0, 'UTC')).toBe(false)
  })

  it('are those of UTC where the zone of a house is none', () => {
    expect(minuteOfDay(Date.UTC(2026, 0, 1, 5, 7), 'Europe/Nowhere')).toBe(307)
  })
})
