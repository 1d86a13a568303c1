import { LaresError } from '../../../shared/errors.ts'
import { readSpan } from '../../../shared/read-span.ts'
import { wallMoment, wallTime } from '../../../shared/wall-time.ts'
import { LONGEST_TIMER_MS } from './timer-rows.ts'

const DAY_MS = 86_400_000
const CLOCK = /^(\d{1,2}):(\d{2})$/
const WALL = /^(\d{4}-\d{2}-\d{2})[t ](\d{1,2}):(\d{2})$/

/** A time of day on a day that is meant, as the clock on the wall shows it: `2026-03-29T07:00`. */
export interface WallClock {
  /** Days from today; absent: the next time that it is so late. */
  daysAhead?: number
  hour: number
  minute: number
}

/** What a person wrote: a span for a timer, a time of day for an alarm. Throws `bad_params`. */
export function readMoment(given: string, now: number, zone: string): { ms: number } | { wall: string } {
  const text = given.trim().toLowerCase()
  const span = readSpan(text)
  if (span !== null) {
    if (span >= 1_000 && span <= LONGEST_TIMER_MS) return { ms: span }
    throw new LaresError('bad_params', `when: ${given} is no span between 1s and ${LONGEST_TIMER_MS / DAY_MS}d`, {
      hint: 'Name a time of day for what is further away: "2026-12-24 07:00".',
    })
  }
  const [, hour, minute] = CLOCK.exec(text) ?? []
  if (hour !== undefined && isTime(hour, minute))
    return { wall: nextWall({ hour: Number(hour), minute: Number(minute) }, now, zone) }
  const [, day, dayHour, dayMinute] = WALL.exec(text) ?? []
  if (day !== undefined && isTime(dayHour, dayMinute)) {
    const wall = `${day}T${dayHour?.padStart(2, '0')}:${dayMinute}`
    const moment = Date.parse(`${wall}:00Z`)
    if (Number.isFinite(moment) && wallMoment(moment, zone) > now) return { wall }
    throw new LaresError('bad_params', `when: ${given} is over, or no day`, { hint: 'Name a time that comes.' })
  }
  throw new LaresError('bad_params', `when: ${given} is neither a span nor a time of day`, {
    hint: 'Write 10min, "1h 30min", 07:00 or "2026-12-24 07:00".',
  })
}

/** The time of day alone, as it is kept: `07:00`. Throws `bad_params` for a span and for a day. */
export function clockOf(given: string): string {
  const [, hour, minute] = CLOCK.exec(given.trim()) ?? []
  if (isTime(hour, minute)) return `${hour?.padStart(2, '0')}:${minute}`
  throw new LaresError('bad_params', `when: ${given} is no time of day that comes again`, {
    hint: 'Write a time such as 07:00 with --repeat.',
  })
}

/** When it is so late next, or on the day that is meant. */
export function nextWall({ daysAhead, hour, minute }: WallClock, now: number, zone: string): string {
  const { year, month, day } = wallTime(now, zone)
  const on = (ahead: number) => Date.UTC(year, month - 1, day + ahead, hour, minute)
  const isComing = wallMoment(on(0), zone) > now
  return new Date(on(daysAhead ?? (isComing ? 0 : 1))).toISOString().replace(/:\d{2}\.\d+Z$/, '')
}

function isTime(hour: string | undefined, minute: string | undefined): boolean {
  return Number(hour) < 24 && Number(minute) < 60
}
