import type { CheckedArchive, MadeArchive } from '../../archive/archive-task.ts'
import type { Context } from '../../engine/context.ts'
import type { JobError } from '../../engine/job-kind.ts'
import { type KnownArchive, keepRecord, placeRecord } from './place-book.ts'

/** What lies at a place now, with what is known of each. */
export function noteMade(context: Context, place: string, made: MadeArchive): void {
  const { db, now } = context
  const record = placeRecord(db, place) ?? { archives: [], due_at: null, since: now }
  const known = new Map(record.archives.map((archive) => [archive.name, archive]))
  known.set(made.name, {
    ...{ name: made.name, bytes: made.bytes, made_at: made.madeAt, verified_at: made.verified ? now : null },
    ...{ opened_at: null, fault: null },
  })
  const archives = made.lying?.map((lying) => known.get(lying.name) ?? found(lying, made)) ?? [...known.values()]
  keepRecord(db, place, { ...record, archives })
  const { name, bytes } = made
  context.addEvent({ type: 'backup_made', data: { place, name, bytes } })
}

/** Of one that lies there and nobody remembers: a database that was restored knows less than the stick. */
function found({ name, bytes }: { name: string; bytes: number }, { madeAt }: MadeArchive): KnownArchive {
  const [, date = '', time = ''] = /-(\d{8})T(\d{6})Z\.tar/.exec(name) ?? []
  const text = `${date.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`
  const at = Date.parse(text)
  return { name, bytes, made_at: Number.isNaN(at) ? madeAt : at, verified_at: null, opened_at: null, fault: null }
}

export function noteChecked(context: Context, place: string, { name, readings }: CheckedArchive): void {
  change(context, { place, name }, { verified_at: context.now, opened_at: context.now, fault: null })
  context.addEvent({ type: 'backup_checked', data: { place, name, readings } })
}

/** Codes that say that it was not read, and not that it is damaged. */
const NOT_READ = new Set(['device_missing', 'unreachable', 'timed_out', 'cancelled', 'disk_full', 'missing_program'])

export function noteUnusable(context: Context, at: { place: string; name: string }, { code, message }: JobError): void {
  if (NOT_READ.has(code)) return
  change(context, at, { fault: message })
  context.addEvent({ type: 'backup_unusable', data: { ...at, error: message } })
}

function change(
  { db }: Context,
  { place, name }: { place: string; name: string },
  changes: Partial<KnownArchive>,
): void {
  const record = placeRecord(db, place)
  if (!record) return
  const archives = record.archives.map((archive) => (archive.name === name ? { ...archive, ...changes } : archive))
  keepRecord(db, place, { ...record, archives })
}
