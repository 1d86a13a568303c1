import { LaresError } from '../../../shared/errors.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { wallMoment, wallTime } from '../../../shared/wall-time.ts'

/** From Sunday, as weekdays are counted. */
export const REPEAT_DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const NAMED: ReadonlyMap<string, string> = new Map([
  ['daily', 'mon,tue,wed,thu,fri,sat,sun'],
  ['weekdays', 'mon,tue,wed,thu,fri'],
  ['weekends', 'sat,sun'],
])

/** When an alarm comes again. */
export interface Repeat {
  /** `mon,tue`. */
  days: string
  /** `07:00`, on the wall of the house. */
  clock: string
}

/** Days as a person writes them: `daily`, `weekdays`, `weekends` or `mon,wed`. Throws `bad_params`. */
export function readRepeat(given: string): string {
  const text = given.trim().toLowerCase()
  const days = (NAMED.get(text) ?? text).split(/[,\s]+/)
  const known = days.filter((day) => (REPEAT_DAYS as readonly string[]).includes(day))
  if (known.length === days.length) return [...new Set(days)].join(',')
  throw new LaresError('bad_params', `repeat: ${given} are no days`, {
    hint: 'Write daily, weekdays, weekends, or days such as mon,wed.',
  })
}

export function repeatOf(db: Database, timer: string): Repeat | null {
  const row = db.prepare('SELECT days, clock FROM timer_repeats WHERE timer_id = ?').get(timer)
  return (row as Repeat | undefined) ?? null
}

/** What the clock on the wall shows when it comes next after this moment, whatever the clocks are changed by meanwhile. */
export function nextOf({ days, clock }: Repeat, after: number, zone: string): string {
  const { year, month, day } = wallTime(after, zone)
  const wanted = days.split(',')
  for (let ahead = 0; ; ahead++) {
    const at = Date.UTC(year, month - 1, day + ahead)
    const wall = `${new Date(at).toISOString().replace(/T.*$/, '')}T${clock}`
    const isDay = wanted.includes(REPEAT_DAYS[new Date(at).getUTCDay()] ?? '')
    // Ends also where none of the days is one.
    if ((isDay && wallMoment(Date.parse(`${wall}:00Z`), zone) > after) || ahead > 7) return wall
  }
}
