import { LaresError } from '../../../shared/errors.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { wallMoment } from '../../../shared/wall-time.ts'
import type { Context } from '../../engine/context.ts'
import { nextOf, type Repeat, repeatOf } from './repeats.ts'

export type TimerState = 'waiting' | 'ringing' | 'done' | 'cancelled' | 'missed'

/** A row of `timers`, with what its device and its house say. */
export interface TimerRow {
  id: string
  kind: 'timer' | 'alarm'
  name: string | null
  state: TimerState
  rings_at: number
  duration_ms: number | null
  wall_time: string | null
  zone: string | null
  clock_known: 0 | 1
  rang_at: number | null
  created_at: number
  house: string
  house_zone: string
  device: string | null
  device_name: string | null
  /** Of an alarm that comes again: `mon,tue`; `null`: it rings once. */
  repeats: string | null
}

/** What waits or rings in one house: more than these nobody can tell apart by ear. */
export const MOST_TIMERS = 100
/** The longest span of a timer. */
export const LONGEST_TIMER_MS = 7 * 86_400_000

const READ =
  'SELECT t.id, t.kind, t.name, t.state, t.rings_at, t.duration_ms, t.wall_time, t.zone, t.clock_known, t.rang_at, t.created_at, ' +
  't.house_id AS house, h.timezone AS house_zone, t.device_id AS device, d.name AS device_name, p.days AS repeats ' +
  'FROM timers t JOIN houses h ON h.id = t.house_id LEFT JOIN devices d ON d.id = t.device_id ' +
  'LEFT JOIN timer_repeats p ON p.timer_id = t.id'

/** Where something is to ring. */
export interface TimerPlace {
  house: string
  device: string | null
  name: string | null
}

/** What waits or rings, the next first; of one house where that is given. */
export function openTimerRows(db: Database, house?: string): TimerRow[] {
  const ofHouse = house === undefined ? '' : 'AND t.house_id = ? '
  return db
    .prepare(`${READ} WHERE t.state IN ('waiting', 'ringing') ${ofHouse}ORDER BY t.rings_at, t.id`)
    .all(...(house === undefined ? [] : [house])) as TimerRow[]
}

export function timerRow(db: Database, id: string): TimerRow {
  return db.prepare(`${READ} WHERE t.id = ?`).get(id) as TimerRow
}

/** Rings after a span. Throws `busy` where too many wait. */
export function addTimer(context: Context, place: TimerPlace, durationMs: number): TimerRow {
  return add(context, place, {
    ...{ kind: 'timer', rings_at: context.now + durationMs, duration_ms: durationMs, wall_time: null, zone: null },
  })
}

/** Rings when the clock on the wall shows this, `2026-03-29T07:00`. Throws `busy` where too many wait. */
export function addAlarm(context: Context, place: TimerPlace, at: { wall: string; zone: string }): TimerRow {
  return add(context, place, {
    ...{ kind: 'alarm', rings_at: alarmMoment(at.wall, at.zone), duration_ms: null, wall_time: at.wall, zone: at.zone },
  })
}

/** Rings on each of these days. Throws `busy` where too many wait. */
export function addRepeating(context: Context, place: TimerPlace, repeat: Repeat, zone: string): TimerRow {
  const { id } = addAlarm(context, place, { wall: nextOf(repeat, context.now, zone), zone })
  return keepRepeat(context, id, repeat)
}

/** The alarm that follows one that comes again: made when it rings or is left out. `null`: it rings once. */
export function addFollowing(context: Context, row: TimerRow): TimerRow | null {
  const repeat = row.repeats === null ? null : repeatOf(context.db, row.id)
  if (repeat === null) return null
  const zone = row.house_zone
  const wall = nextOf(repeat, Math.max(context.now, row.rings_at), zone)
  const moment = { kind: 'alarm', rings_at: alarmMoment(wall, zone), duration_ms: null, wall_time: wall, zone } as const
  return keepRepeat(context, insert(context, row, moment), repeat)
}

function keepRepeat({ db }: Context, timer: string, { days, clock }: Repeat): TimerRow {
  db.prepare('INSERT INTO timer_repeats (timer_id, days, clock) VALUES (?, ?, ?)').run(timer, days, clock)
  return timerRow(db, timer)
}

/** When the clock on the wall of a zone shows this. */
export function alarmMoment(wall: string, zone: string): number {
  return wallMoment(Date.parse(`${wall}:00Z`), zone)
}

type Moment = Pick<TimerRow, 'kind' | 'rings_at' | 'duration_ms' | 'wall_time' | 'zone'>

function add(context: Context, place: TimerPlace, moment: Moment): TimerRow {
  const open = openTimerRows(context.db, place.house).length
  if (open >= MOST_TIMERS)
    throw new LaresError('busy', `${open} timers and alarms are set in this house`, {
      hint: 'Cancel some that nobody needs: lares timers list shows them.',
    })
  return timerRow(context.db, insert(context, place, moment))
}

/** Returns its id. */
function insert(context: Context, { house, device, name }: TimerPlace, moment: Moment): string {
  const { db, now, clockSynced } = context
  const id = context.id()
  db.prepare(
    'INSERT INTO timers (id, house_id, device_id, kind, name, state, rings_at, duration_ms, wall_time, zone, clock_known, created_at, updated_at) ' +
      "VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?)",
  ).run(
    ...[id, house, device, moment.kind, name, moment.rings_at, moment.duration_ms, moment.wall_time, moment.zone],
    ...[clockSynced === false ? 0 : 1, now, now],
  )
  return id
}

/** Ends what waits or rings: `cancelled` what had not rung, `done` what rings. */
export function endTimers({ db, now }: Pick<Context, 'db' | 'now'>, timers: readonly Pick<TimerRow, 'id'>[]): void {
  const end = db.prepare(
    "UPDATE timers SET state = CASE state WHEN 'ringing' THEN 'done' ELSE 'cancelled' END, ended_at = ?, updated_at = ? " +
      "WHERE id = ? AND state IN ('waiting', 'ringing')",
  )
  for (const { id } of timers) end.run(now, now, id)
}
