import { formatDate } from './format-date.ts'

const DAY_MS = 86_400_000

/** At the axis of a chart whose lines are `stepMs` apart: the time, with the day at its beginning; beyond a day only days. */
export function tickWords(ms: number, stepMs: number): string {
  const date = new Date(ms)
  if (stepMs >= 28 * DAY_MS) return formatDate(date, { month: 'short', year: 'numeric' })
  const day = { day: 'numeric', month: 'short' } as const
  if (stepMs >= DAY_MS) return formatDate(date, day)
  const second: Intl.DateTimeFormatOptions = stepMs < 60_000 ? { second: '2-digit' } : {}
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', ...second }
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0
  return isMidnight ? `${formatDate(date, time)}\n${formatDate(date, day)}` : formatDate(date, time)
}

/** Of one point, to the second. */
export function pointWords(ms: number): string {
  return formatDate(new Date(ms), {
    ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  })
}
