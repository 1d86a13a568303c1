import { wallTime } from '../../../shared/wall-time.ts'
import type { Answer, VoiceAsked } from './asked.ts'

const DAY_MS = 86_400_000
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

export function answerTime({ context, house, words }: VoiceAsked): Answer {
  const { hour, minute } = wallTime(context.now, house.zone)
  return { text: words.time(hour, minute) }
}

export function answerDate(asked: VoiceAsked): Answer {
  const { context, house, words, slots } = asked
  const daysAhead = daysOf(slots.day?.value, weekdayAt(context.now, house.zone)) ?? 0
  const today = wallTime(context.now, house.zone)
  const meant = new Date(Date.UTC(today.year, today.month - 1, today.day) + daysAhead * DAY_MS)
  return {
    text: words.date({
      weekday: meant.getUTCDay(),
      day: meant.getUTCDate(),
      month: meant.getUTCMonth() + 1,
      year: meant.getUTCFullYear(),
      daysAhead,
    }),
  }
}

/** 0 is Sunday. */
export function weekdayAt(now: number, zone: string): number {
  const { year, month, day } = wallTime(now, zone)
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay()
}

/** How many days ahead a day lies that was named: 0 to 7, a weekday the next one. `null`: none was named. */
export function daysOf(day: unknown, weekday: number): number | null {
  if (typeof day === 'number') return day
  if (day === 'tonight') return 0
  if (day === 'morning' || day === 'evening') return 1
  const at = DAYS.indexOf(String(day))
  return at < 0 ? null : (at - weekday + 7) % 7
}
