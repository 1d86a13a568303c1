const DAY_MS = 86_400_000

export interface WallTime {
  year: number
  /** 1 to 12. */
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

/**
 * When a wall that is in the zone shows this, read as if it were in UTC. Of a minute that comes twice it is the first; one that clocks
 * leave out is as long after they are set forward as it would have been. An unknown zone is UTC.
 */
export function wallMoment(wall: number, zone: string): number {
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

/** What the clock on the wall of a zone shows; an unknown zone is UTC. */
export function wallTime(ms: number, zone: string): WallTime {
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

const FORMATS = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone)
  if (known) return known
  const made = makeFormat(zone)
  FORMATS.set(zone, made)
  return made
}

function makeFormat(zone: string): Intl.DateTimeFormat {
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
