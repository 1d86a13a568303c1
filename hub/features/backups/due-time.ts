import { wallMoment, wallTime } from '../../../shared/wall-time.ts'

const DAY_MS = 86_400_000
/** A day has 25 hours where clocks are set back. */
const LONGEST_DAY_MS = 25 * 3_600_000

/**
 * The last time up to `now` at which it was so late (`03:30`) in a time zone, ms since 1970 UTC. On a day without that minute it is the
 * moment at which clocks are set forward; where a minute comes twice it is the first. An unknown zone is UTC.
 */
export function lastTimeOfDay(now: number, at: string, zone: string): number {
  const [hour = 0, minute = 0] = at.split(':').map(Number)
  for (const daysBack of [0, 1, 2]) {
    const { year, month, day } = wallTime(now - daysBack * DAY_MS, zone)
    const due = wallMoment(Date.UTC(year, month - 1, day, hour, minute), zone)
    if (due <= now) return due
  }
  return now - LONGEST_DAY_MS
}
