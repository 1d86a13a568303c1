import type { Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { House } from '../../engine/house.ts'
import { ringSound } from './ring-sound.ts'
import { addFollowing, alarmMoment, openTimerRows, type TimerRow } from './timer-rows.ts'

/** What should have rung longer ago is not rung any more: whoever set it knows by now. */
export const LATE_MS = 3_600_000
/** Nobody hears it. */
export const RING_MS = 600_000
/** What is over is kept as long as the events that tell of it. */
export const KEPT_MS = 30 * 86_400_000
const SWEEP_MS = 3_600_000
/** From one burst of the sound to the next. */
const BURST_EVERY_MS = 5_000
/** A clock that was set by less than this is not worth a row. */
const DRIFT_MS = 2_000

/**
 * Has timers ring. A timer that was set in this life of the hub is counted on the monotonic clock, whatever becomes of the clock on the
 * wall; an alarm, and what was set before a restart, goes by the clock on the wall: nothing else says how long the hub was away.
 */
export class Ringing {
  /** Of timers of this life: when they ring, on the monotonic clock. */
  #deadlines = new Map<string, number>()
  /** What was there when this life began. */
  #before = new Set<string>()
  #soundedAt = new Map<string, number>()
  #sweptAt = 0
  #sweep: Statement
  #move: Statement
  #state: Statement

  constructor({ db }: Pick<House, 'db'>) {
    this.#sweep = db.prepare('DELETE FROM timers WHERE ended_at < ?')
    this.#move = db.prepare('UPDATE timers SET rings_at = ?, zone = ?, updated_at = ? WHERE id = ?')
    this.#state = db.prepare(
      'UPDATE timers SET state = ?, rang_at = coalesce(rang_at, ?), ended_at = ?, updated_at = ? WHERE id = ?',
    )
  }

  /** What a zone is may have changed with the system. */
  start(context: Context): void {
    const rows = openTimerRows(context.db)
    this.#before = new Set(rows.map(({ id }) => id))
    this.#deadlines.clear()
    for (const row of rows) this.#reckon(context, row)
  }

  tick(context: Context): void {
    const rows = openTimerRows(context.db)
    for (const row of rows)
      if (row.state === 'ringing') this.#ring(context, row)
      else this.#look(context, this.#reckon(context, row))
    if (Math.abs(context.now - this.#sweptAt) >= SWEEP_MS) {
      this.#sweep.run(context.now - KEPT_MS)
      context.committed(() => {
        this.#sweptAt = context.now
      })
    }
    const open = new Set(rows.map(({ id }) => id))
    for (const id of this.#deadlines.keys()) if (!open.has(id)) this.#deadlines.delete(id)
    for (const id of this.#soundedAt.keys()) if (!open.has(id)) this.#soundedAt.delete(id)
  }

  /** When it rings by the clocks as they are now. */
  #reckon(context: Context, row: TimerRow): TimerRow {
    const { now, mono } = context
    let { rings_at, zone } = row
    if (row.wall_time !== null) {
      zone = row.house_zone
      rings_at = alarmMoment(row.wall_time, zone)
    } else if (mono !== null && !this.#before.has(row.id)) {
      const deadline = this.#deadlines.get(row.id) ?? mono + row.rings_at - now
      this.#deadlines.set(row.id, deadline)
      const due = Math.round(now + deadline - mono)
      if (Math.abs(due - rings_at) > DRIFT_MS) rings_at = due
    }
    if (rings_at !== row.rings_at || zone !== row.zone) this.#move.run(rings_at, zone, now, row.id)
    return { ...row, rings_at, zone }
  }

  #look(context: Context, row: TimerRow): void {
    const { now, mono } = context
    const deadline = this.#deadlines.get(row.id)
    const isDue = deadline === undefined || mono === null ? now >= row.rings_at : mono >= deadline
    if (!isDue) return
    const lateMs = Math.max(0, now - row.rings_at)
    const isMissed = lateMs > LATE_MS
    this.#state.run(isMissed ? 'missed' : 'ringing', now, isMissed ? now : null, now, row.id)
    context.addEvent({
      ...{ type: isMissed ? 'timer_missed' : 'timer_rang', house: row.house, source: 'system' },
      ...(row.device === null ? {} : { device: row.device }),
      description: isMissed ? `${calledRow(row)} was to ring while the hub was off.` : `${calledRow(row)} rings.`,
      data: { timer: row.id, kind: row.kind, name: row.name, rings_at: row.rings_at, late_ms: lateMs },
    })
    addFollowing(context, row)
    if (!isMissed) this.#sound(context, row)
  }

  #ring(context: Context, row: TimerRow): void {
    if (Math.abs(context.now - (row.rang_at ?? 0)) < RING_MS) this.#sound(context, row)
    else this.#state.run('done', row.rang_at, context.now, context.now, row.id)
  }

  /** On the speaker of its device, where that has one. */
  #sound(context: Context, { id, device }: TimerRow): void {
    const { mono, now } = context
    const at = mono ?? now
    const before = this.#soundedAt.get(id)
    if (device === null || (before !== undefined && at - before < BURST_EVERY_MS)) return
    this.#soundedAt.set(id, at)
    ringSound(context, device)
  }
}

/** What it is called in an event. */
export function calledRow({ kind, name, device_name: device }: TimerRow): string {
  const what = kind === 'alarm' ? 'The alarm' : 'The timer'
  return `${what}${name === null ? '' : ` "${name}"`}${device === null ? '' : ` of ${device}`}`
}
