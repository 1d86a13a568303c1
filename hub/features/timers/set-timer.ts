import type { Context } from '../../engine/context.ts'
import type { Repeat } from './repeats.ts'
import { calledRow } from './ringing.ts'
import {
  addAlarm,
  addFollowing,
  addRepeating,
  addTimer,
  endTimers,
  type TimerPlace,
  type TimerRow,
} from './timer-rows.ts'

/** Sets a timer and notes who did. Throws `busy`. */
export function setTimer(context: Context, place: TimerPlace, durationMs: number, by: string): TimerRow {
  return noted(context, addTimer(context, place, durationMs), by)
}

/** Sets an alarm and notes who did. Throws `busy`. */
export function setAlarm(
  context: Context,
  place: TimerPlace,
  at: { wall: string; zone: string },
  by: string,
): TimerRow {
  return noted(context, addAlarm(context, place, at), by)
}

/** Sets an alarm that comes again and notes who did. Throws `busy`. */
export function setRepeating(
  context: Context,
  place: TimerPlace,
  { repeat, zone }: { repeat: Repeat; zone: string },
  by: string,
): TimerRow {
  return noted(context, addRepeating(context, place, repeat, zone), by)
}

/** Leaves out the next time of an alarm that comes again, and notes who did. Returns the one after it. */
export function skipAlarm(context: Context, row: TimerRow, by: string): TimerRow | null {
  cancelTimers(context, [row], by)
  return addFollowing(context, row)
}

/** Ends what waits or rings, and notes who did. One that comes again comes no more, unless it rings. */
export function cancelTimers(context: Context, timers: readonly TimerRow[], by: string): void {
  endTimers(context, timers)
  for (const row of timers)
    context.addEvent({
      ...{ type: 'timer_ended', house: row.house, source: 'user' },
      ...(row.device === null ? {} : { device: row.device }),
      description: `${calledRow(row)} was ${row.state === 'ringing' ? 'ended' : 'cancelled'}.`,
      data: { timer: row.id, kind: row.kind, name: row.name, by },
    })
}

function noted(context: Context, row: TimerRow, by: string): TimerRow {
  context.addEvent({
    ...{ type: 'timer_set', house: row.house, source: 'user' },
    ...(row.device === null ? {} : { device: row.device }),
    description: `${calledRow(row)} was set.`,
    data: { timer: row.id, kind: row.kind, name: row.name, rings_at: row.rings_at, by },
  })
  return row
}
