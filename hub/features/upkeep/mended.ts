import type { Context } from '../../engine/context.ts'
import { forgetReport, type LostRows, readReport } from '../../store/salvage-report.ts'
import { noteLostRows } from '../sync/note-lost-rows.ts'

/** A database of which more places are damaged has one event for what is left of them. */
const EVENTS = 100
const TOLD_RANGES = 20

/**
 * Tells what became of a damaged database, once, and has central asked for what was lost: in the transaction that forgets that it
 * is to be told.
 */
export function tellOfMending(context: Context): void {
  const report = readReport(context.db)
  if (!report) return
  forgetReport(context.db)
  const { found, lost, fromBackup, orphans, isSameHouse } = report
  const atCentral = noteLostRows(context.db, lost)
  const others = lost.filter(({ table }) => table !== 'readings')
  context.addEvent({
    type: 'database_mended',
    data: {
      found,
      lost_ranges: lost.length,
      lost: others.slice(0, TOLD_RANGES).map((range) => ({ table: range.table, ...rangeData(range) })),
      from_backup: fromBackup,
      orphans,
      at_central: atCentral,
      new_epoch: !isSameHouse,
    },
  })
  const readings = lost.filter(({ table }) => table === 'readings')
  for (const range of readings.slice(0, EVENTS)) context.addEvent({ type: 'readings_lost', data: rangeData(range) })
  const more = readings.slice(EVENTS)
  const [first] = more
  if (first) context.addEvent({ type: 'readings_lost', data: { ...rangeData(first), ranges: more.length } })
}

/** `first_id` and `last_id` bound what was lost: not every key between them need have been there. `null`: up to the newest. */
function rangeData({ after, before, from, to }: LostRows) {
  return { first_id: after + 1, last_id: before === null ? null : before - 1, from, to }
}
