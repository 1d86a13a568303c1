import { hubNow } from '../hub/house-time.ts'
import { formatDate } from './format-date.ts'
import { numberWords } from './numbers.ts'
import { words } from './words.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

/** Whether a calendar has it: ECMA-262 knows times up to 100 million days from 1970. */
export function isMoment(ms: number): boolean {
  return !Number.isNaN(new Date(ms).getTime())
}

/** `just now`, `12 s ago`, `4 min ago`; beyond an hour the time itself, with its day where that is another. */
export function agoWords(ms: number): string {
  const away = hubNow() - ms
  const { times } = words.value
  if (Math.abs(away) < 1_500) return times.justNow
  if (Math.abs(away) >= HOUR) return momentWords(ms)
  return away > 0 ? times.ago(spanWords(away)) : times.in(spanWords(-away))
}

/** `14:05` today, `Mon 14:05` within a week, `3 Nov 14:05` before, with the year where it is another. */
export function momentWords(ms: number): string {
  const date = new Date(ms)
  const now = new Date(hubNow())
  const time = { hour: '2-digit', minute: '2-digit' } as const
  if (date.toDateString() === now.toDateString()) return formatDate(date, time)
  if (Math.abs(hubNow() - ms) < 6 * DAY) return formatDate(date, { weekday: 'short', ...time })
  const day = { day: 'numeric', month: 'short' } as const
  return formatDate(date, { ...day, ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }), ...time })
}

/** To the second, with zone: for a hint over a shorter one. */
export function exactWords(ms: number): string {
  return formatDate(new Date(ms), { dateStyle: 'full', timeStyle: 'long' })
}

/** `250 ms`, `12 s`, `4 min`, `2 h 5 min`, `3 d 4 h`. */
export function spanWords(ms: number): string {
  const { units } = words.value.times
  if (ms < 1_000) return `${Math.round(ms)} ${units.ms}`
  if (ms < MINUTE) return `${Math.floor(ms / 1_000)} ${units.s}`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} ${units.min}`
  if (ms < DAY) return two(ms, [HOUR, units.h], [MINUTE, units.min])
  return two(ms, [DAY, units.d], [HOUR, units.h])
}

/** `250 ms`, `1.2 s`: a wait that is told to the tenth. */
export function shortSpanWords(ms: number): string {
  const { units } = words.value.times
  return ms < 1_000 ? `${Math.round(ms)} ${units.ms}` : `${numberWords(Math.round(ms / 100) / 10)} ${units.s}`
}

function two(ms: number, [large, name]: [number, string], [small, rest]: [number, string]): string {
  const whole = Math.floor(ms / large)
  const left = Math.floor((ms - whole * large) / small)
  return left === 0 ? `${whole} ${name}` : `${whole} ${name} ${left} ${rest}`
}
