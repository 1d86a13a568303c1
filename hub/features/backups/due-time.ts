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
    const due = momentOf(Date.UTC(year, month - 1, day, hour, minute), zone)
    if (due <= now) return due
  }
  return now - LONGEST_DAY_MS
}

/** When a wall that is in the zone shows this, read as if it were in UTC. */
function momentOf(wall: number, zone: string): number {
  // The offset at the moment itself is not known before it is: twice is enough, for zones change by hours and not by days.
  let moment = wall - offsetAt(wall, zone)
  moment = wall - offsetAt(moment, zone)
  const earlier = wall - offsetAt(moment - DAY_MS / 8, zone)
  return earlier < moment && earlier + offsetAt(earlier, zone) === wall ? earlier : moment
}

function offsetAt(ms: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wallTime(ms, zone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1_000) * 1_000
}

function wallTime(ms: number, zone: string) {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const fields = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const
  try {
    return new Intl.DateTimeFormat('en', { ...fields, hourCycle: 'h23', calendar: 'gregory', timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat('en', { ...fields, hourCycle: 'h23', calendar: 'gregory', timeZone: 'UTC' })
  }
}
