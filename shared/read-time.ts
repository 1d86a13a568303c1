import { LaresError } from './errors.ts'
import { LATEST_TIME } from './latest-time.ts'
import { readSpan } from './read-span.ts'

/** How a person may write a time, for help and hints. */
export const TIME_WORDS =
  '2026-11-27, "2026-11-27 14:05", 2026-11-27T13:05:00Z, 14:05, now, today, yesterday, tomorrow, 1h, 90m, 2d, "1h ago" or "in 1h"'

export interface TimeReading {
  /** Milliseconds since 1970 UTC. */
  now: number
  /** Where `1h` lies: back from now, as for the beginning of a list, or ahead, as for an expiry. */
  ahead?: boolean
}

/** Whole days away from today, at midnight. */
const DAYS: ReadonlyMap<string, number> = new Map([
  ['yesterday', -1],
  ['today', 0],
  ['tomorrow', 1],
])

const CALENDAR =
  /^(\d{4})-(\d{2})-(\d{2})(?:[t ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(z|[+-]\d{2}:?\d{2})?$/
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/

/**
 * A time as a person writes it, in the zone of this process where it names none: see `TIME_WORDS`. A time that the clocks
 * skip in spring is taken as if they had not been changed yet (2:30 is 3:30); one that comes twice in autumn is the first.
 * Milliseconds since 1970 UTC. Throws `bad_params`.
 */
export function readTime(text: string, { now, ahead = false }: TimeReading): number {
  const words = text.trim().toLowerCase()
  const found =
    words === 'now'
      ? now
      : (wholeDay(words, now) ??
        span(words, { now, ahead }) ??
        calendar(words) ??
        clockTime(words, now) ??
        milliseconds(words))
  if (found !== null && found >= 0 && found <= LATEST_TIME) return found
  throw new LaresError('bad_params', `"${text}" is no time`, { hint: `Write it like one of these: ${TIME_WORDS}.` })
}

/** What a command was given as a time: milliseconds stay what they are. Throws `bad_params`. */
export function momentOf(given: number | string, now: number): number {
  return typeof given === 'number' ? given : readTime(given, { now })
}

function wholeDay(words: string, now: number): number | null {
  const days = DAYS.get(words)
  if (days === undefined) return null
  const today = new Date(now)
  return new Date(today.getFullYear(), today.getMonth(), today.getDate() + days).getTime()
}

function span(words: string, { now, ahead }: Required<TimeReading>): number | null {
  const [, sign, amount = '', ago] = /^(in |\+|-)?(.*?)( ago)?$/.exec(words) ?? []
  const ms = readSpan(amount)
  if (ms === null || (sign !== undefined && ago !== undefined)) return null
  const forward = sign === '-' || ago !== undefined ? false : sign !== undefined || ahead
  return Math.round(forward ? now + ms : now - ms)
}

function calendar(words: string): number | null {
  const [whole, ...parts] = CALENDAR.exec(words) ?? []
  if (whole === undefined) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(0, 6)
    .map((part) => Number(part ?? 0))
  const ms = Number((parts[6] ?? '').slice(0, 3).padEnd(3, '0'))
  const zone = parts[7]
  if (hour > 23 || minute > 59 || second > 59) return null
  // Where no zone is named it is this process's own.
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, ms)
  const written = new Date(utc)
  if (written.getUTCMonth() !== month - 1 || written.getUTCDate() !== day) return null
  if (zone === undefined) return new Date(year, month - 1, day, hour, minute, second, ms).getTime()
  return utc - offsetMs(zone)
}

function offsetMs(zone: string): number {
  if (zone === 'z') return 0
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? []
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000
  return sign === '-' ? -ms : ms
}

/** A time of today. */
function clockTime(words: string, now: number): number | null {
  const [whole, hour = '', minute = '', second = '0'] = CLOCK.exec(words) ?? []
  if (whole === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const today = new Date(now)
  return new Date(
    today.getFullYear(),
    today.getMonth(),
    today.getDate(),
    Number(hour),
    Number(minute),
    Number(second),
  ).getTime()
}

/** Programs write milliseconds. Fewer digits are seconds or years, and nobody knows which. */
function milliseconds(words: string): number | null {
  return /^\d{12,15}$/.test(words) ? Number(words) : null
}
