import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { momentOf, readTime } from '../../shared/read-time.ts'

const utc = (text: string) => Date.parse(`${text}Z`)

let zone: string | undefined
beforeEach(() => {
  zone = process.env.TZ
})
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

/** 14:05 on a winter's day in Berlin. */
const NOW = utc('2026-11-27T13:05:00')

describe('a time that a person writes', () => {
  beforeEach(() => {
    process.env.TZ = 'Europe/Berlin'
  })

  it.each([
    ['now', '2026-11-27T13:05:00'],
    ['today', '2026-11-26T23:00:00'],
    ['Yesterday', '2026-11-25T23:00:00'],
    ['tomorrow', '2026-11-27T23:00:00'],
    ['2026-11-27', '2026-11-26T23:00:00'],
    ['2026-07-01', '2026-06-30T22:00:00'],
    ['2026-11-27 14:05', '2026-11-27T13:05:00'],
    ['2026-11-27T14:05:33', '2026-11-27T13:05:33'],
    ['2026-11-27T14:05:33.250', '2026-11-27T13:05:33.250'],
    ['2026-11-27T14:05:33Z', '2026-11-27T14:05:33'],
    ['2026-11-27t14:05:33.1234567z', '2026-11-27T14:05:33.123'],
    ['2026-11-27T14:05:33-03:30', '2026-11-27T17:35:33'],
    ['2026-11-27 14:05 +0100', '2026-11-27T13:05:00'],
    ['8:30', '2026-11-27T07:30:00'],
    ['08:30:15', '2026-11-27T07:30:15'],
    ['1h', '2026-11-27T12:05:00'],
    ['90m', '2026-11-27T11:35:00'],
    ['1h30m', '2026-11-27T11:35:00'],
    ['1.5h', '2026-11-27T11:35:00'],
    ['10 min ago', '2026-11-27T12:55:00'],
    ['2d', '2026-11-25T13:05:00'],
    ['1w', '2026-11-20T13:05:00'],
    ['in 1h', '2026-11-27T14:05:00'],
    ['+1h', '2026-11-27T14:05:00'],
    ['-1h', '2026-11-27T12:05:00'],
    [' 1795784700000 ', '2026-11-27T13:05:00'],
  ])('%j is understood', (text, expected) => {
    expect(readTime(text, { now: NOW })).toBe(utc(expected))
  })

  it('lies ahead where that is what is asked for', () => {
    expect(readTime('30d', { now: NOW, ahead: true })).toBe(NOW + 30 * 86_400_000)
    expect(readTime('1h ago', { now: NOW, ahead: true })).toBe(NOW - 3_600_000)
  })

  it.each([
    '',
    'soon',
    '2026-13-01',
    '2026-02-30',
    '2026-11-27 24:00',
    '2026-11-27 14:60',
    '25:00',
    '2026',
    '1764248700',
    'h',
    '1x',
    'in 1h ago',
    '1h 2x',
    '27.11.2026',
    '10000000000000000',
    '-99999w',
  ])('%j is none, and the hint shows what is', (text) => {
    expect(() => readTime(text, { now: NOW })).toThrow(
      expect.objectContaining({ code: 'bad_params', hint: expect.stringContaining('2026-11-27') }),
    )
  })

  it('that is a number of milliseconds stays what it is', () => {
    expect(momentOf(5, NOW)).toBe(5)
    expect(momentOf('1h', NOW)).toBe(NOW - 3_600_000)
  })
})

describe('where the clocks are changed', () => {
  beforeEach(() => {
    process.env.TZ = 'Europe/Berlin'
  })

  it('a time that is skipped is taken as if they had not been changed yet', () => {
    expect(readTime('2026-03-29 02:30', { now: NOW })).toBe(utc('2026-03-29T01:30:00'))
  })

  it('a time that comes twice is the first, unless its zone is named', () => {
    expect(readTime('2026-10-25 02:30', { now: NOW })).toBe(utc('2026-10-25T00:30:00'))
    expect(readTime('2026-10-25 02:30+01:00', { now: NOW })).toBe(utc('2026-10-25T01:30:00'))
  })

  it('yesterday begins at its midnight, 23 or 25 hours before today', () => {
    const spring = utc('2026-03-30T10:00:00')
    expect(readTime('today', { now: spring }) - readTime('yesterday', { now: spring })).toBe(23 * 3_600_000)
    const autumn = utc('2026-10-26T10:00:00')
    expect(readTime('today', { now: autumn }) - readTime('yesterday', { now: autumn })).toBe(25 * 3_600_000)
  })

  it('a day that has no midnight begins with its first hour', () => {
    process.env.TZ = 'America/Santiago'
    expect(readTime('2026-09-06', { now: NOW })).toBe(utc('2026-09-06T04:00:00'))
  })
})
