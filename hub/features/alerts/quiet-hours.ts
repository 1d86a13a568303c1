const FORMATS = new Map<string, Intl.DateTimeFormat>()

/** Minutes since midnight by the clock on the wall of a zone; one that is not known is taken as UTC. */
export function minuteOfDay(now: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(now)
  const number = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0)
  return number('hour') * 60 + number('minute')
}

/**
 * Whether these hours are quiet now. The clock on the wall counts: hours that a change of the clock leaves out are not waited for,
 * and those that it has twice are quiet twice. From and to the same minute is the whole day.
 */
export function isQuiet(
  { quiet_from: from, quiet_to: to }: { quiet_from: number | null; quiet_to: number | null },
  now: number,
  zone: string,
): boolean {
  if (from === null || to === null) return false
  const minute = minuteOfDay(now, zone)
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone)
  if (known) return known
  const made = makeFormat(zone) ?? makeFormat('UTC')
  if (!made) throw new Error('this Node knows no UTC')
  FORMATS.set(zone, made)
  return made
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  } catch {
    return null
  }
}
