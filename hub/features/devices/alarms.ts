import { cleanText } from '../../../shared/clean-text.ts'
import type { Wire } from '../../../shared/codec.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { type AlarmType, ENDS_ALL_ALARMS, endedAlarm, raisesAlarm } from '../../../shared/event-types.ts'
import { ALARMS_PER_DEVICE } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import { tellProblems, tellStatus } from './tell-device.ts'

/** Where something stands among all that a device said. */
interface Moment {
  epoch: string | null
  seq: number | null
  at: number
}

/** What can be wrong, or was said last, with a device: each of these has one row. */
interface Subject {
  type: AlarmType | typeof ENDS_ALL_ALARMS | typeof LAST_ERROR
  source: string | null
  sensor: string | null
}

interface Words {
  severity: string
  description: string
}

type Known = Moment & { since: number | null }

/** Not an alarm: remembers which error of the device was its last. */
const LAST_ERROR = 'last_error'

/** When the text in `last_error` of the device `d` was said. */
export const LAST_ERROR_AT = `SELECT at FROM device_alarms WHERE device_id = d.id AND event_type = '${LAST_ERROR}'`

const ERRORS: ReadonlySet<string> = new Set(['error', 'critical'])

/**
 * Takes from an event of a device what it says about alarms: one is raised, or ended, or the program began anew. Events come
 * in another order than they happened, because alarms overtake the backlog: each says only what nothing newer has said.
 */
export function heedEvent(context: Context, device: string, { message, at }: { message: Wire<'event'>; at: number }) {
  const { type, epoch = null, seq = null } = message
  const moment = { epoch, seq, at }
  const words = {
    severity: message.severity ?? context.typeOf(type).severity,
    description: message.description ?? context.typeOf(type).description,
  }
  const ended = endedAlarm(type)
  if (type === ENDS_ALL_ALARMS) beginAnew(context, device, moment)
  else if (ended) end(context, device, { ...partOf(message), type: ended }, moment)
  else if (raisesAlarm(type)) raise(context, device, { ...partOf(message), type }, { ...moment, ...words })
  if (raisesAlarm(type) || ERRORS.has(words.severity)) noteError(context, device, { ...moment, ...words })
}

/** The hub itself says that something is wrong with a device, with what to do about it in `remedy`. */
export function raiseAlarm(context: Context, device: string, type: AlarmType, said: Words & { remedy: string }): void {
  const moment = ownMoment(context)
  raise(context, device, { type, source: null, sensor: null }, { ...moment, ...said })
  const description = `${said.description} ${said.remedy}`
  noteError(context, device, { ...moment, severity: said.severity, description })
}

/** The hub itself says that it is over. */
export function endAlarm(context: Context, device: string, type: AlarmType): void {
  end(context, device, { type, source: null, sensor: null }, ownMoment(context))
}

/** The sensor is no longer there, so nothing is wrong with it. */
export function endSensorAlarms(context: Context, device: string, sensor: string): void {
  const { changes } = context.db
    .prepare('UPDATE device_alarms SET since = NULL WHERE device_id = ? AND sensor = ? AND since IS NOT NULL')
    .run(device, sensor)
  if (changes > 0) tell(context, device)
}

/** The device may no longer connect: nothing will end what it raised. */
export function forgetAlarms(context: Context, device: string): void {
  context.db.prepare('DELETE FROM device_alarms WHERE device_id = ?').run(device)
  tellProblems(context, device)
}

/** At start: what was seen in connections is not known yet, and the health knows nothing of what is open still. */
export function startAlarms(context: Context): void {
  context.db.prepare("UPDATE device_alarms SET since = NULL WHERE event_type = 'identity_shared'").run()
  const open = context.db.prepare('SELECT DISTINCT device_id FROM device_alarms WHERE since IS NOT NULL').pluck().all()
  for (const device of open as string[]) tellProblems(context, device)
}

function raise(context: Context, device: string, subject: Subject, said: Moment & Words): void {
  if (subject.sensor !== null && isRetired(context, device, subject.sensor)) return
  const known = find(context, device, subject)
  const begun = find(context, device, { type: ENDS_ALL_ALARMS, source: null, sensor: null })
  if (!isNewer(said, known) || (subject.type !== 'identity_shared' && !isNewer(said, begun))) return
  if (!known && !makeRoom(context, device)) return
  put(context, device, subject, { ...said, since: known?.since ?? said.at })
  tell(context, device)
}

function end(context: Context, device: string, subject: Subject, moment: Moment): void {
  const known = find(context, device, subject)
  if (!isNewer(moment, known) || (!known && !makeRoom(context, device))) return
  put(context, device, subject, { ...moment, severity: 'info', description: '', since: null })
  if (known && known.since !== null) tell(context, device)
}

function beginAnew(context: Context, device: string, moment: Moment): void {
  const subject = { type: ENDS_ALL_ALARMS, source: null, sensor: null }
  if (!isNewer(moment, find(context, device, subject))) return
  put(context, device, subject, { ...moment, severity: 'info', description: '', since: null })
  const open = context.db
    .prepare(
      "SELECT subject, epoch, seq, at FROM device_alarms WHERE device_id = ? AND since IS NOT NULL AND event_type <> 'identity_shared'",
    )
    .all(device) as (Moment & { subject: string })[]
  const before = open.filter((alarm) => isNewer(moment, alarm))
  const over = context.db.prepare('UPDATE device_alarms SET since = NULL WHERE device_id = ? AND subject = ?')
  for (const alarm of before) over.run(device, alarm.subject)
  if (before.length > 0) tell(context, device)
}

/** `last_error` keeps the text of the newest error, also when it is over. */
function noteError(context: Context, device: string, said: Moment & Words): void {
  const subject: Subject = { type: LAST_ERROR, source: null, sensor: null }
  if (!isNewer(said, find(context, device, subject))) return
  put(context, device, subject, { ...said, since: null })
  context.db
    .prepare('UPDATE devices SET last_error = ?, updated_at = ? WHERE id = ? AND last_error IS NOT ?')
    .run(said.description, context.now, device, said.description)
}

/** By the outbox's own count, which goes on whatever lane a row takes; between two outboxes by time. */
function isNewer(said: Moment, known: Moment | undefined): boolean {
  if (!known) return true
  if (said.epoch !== null && said.epoch === known.epoch && said.seq !== null && known.seq !== null)
    return said.seq > known.seq
  return said.at >= known.at
}

function ownMoment({ now }: Context): Moment {
  return { epoch: null, seq: null, at: now }
}

function partOf(message: Wire<'event'>): { source: string | null; sensor: string | null } {
  const { data = {}, sensor = data.sensor } = message
  return { source: nameIn(data.source), sensor: nameIn(sensor) }
}

function nameIn(value: unknown): string | null {
  return typeof value === 'string' ? cutText(cleanText(value), 100) : null
}

function keyOf({ type, source, sensor }: Subject): string {
  return JSON.stringify([type, source, sensor])
}

function find({ db }: Context, device: string, subject: Subject): Known | undefined {
  return db
    .prepare('SELECT epoch, seq, at, since FROM device_alarms WHERE device_id = ? AND subject = ?')
    .get(device, keyOf(subject)) as Known | undefined
}

function put({ db }: Context, device: string, subject: Subject, row: Known & Words): void {
  db.prepare(
    'INSERT INTO device_alarms (device_id, subject, event_type, source, sensor, severity, description, since, epoch, seq, at) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device_id, subject) DO UPDATE SET severity = excluded.severity, ' +
      'description = excluded.description, since = excluded.since, epoch = excluded.epoch, seq = excluded.seq, at = excluded.at',
  ).run(
    ...[device, keyOf(subject), subject.type, subject.source, subject.sensor],
    ...[row.severity, row.description, row.since, row.epoch, row.seq, row.at],
  )
}

/** A device names its parts itself: it may not fill the disk with them. The one that ended longest ago goes first. */
function makeRoom({ db }: Context, device: string): boolean {
  const rows = db.prepare('SELECT count(*) FROM device_alarms WHERE device_id = ?').pluck().get(device) as number
  if (rows < ALARMS_PER_DEVICE) return true
  const { changes } = db
    .prepare(
      'DELETE FROM device_alarms WHERE device_id = ? AND subject = (SELECT subject FROM device_alarms ' +
        'WHERE device_id = ? AND since IS NULL AND event_type NOT IN (?, ?) ORDER BY at, subject LIMIT 1)',
    )
    .run(device, device, ENDS_ALL_ALARMS, LAST_ERROR)
  return changes > 0
}

function isRetired({ db }: Context, device: string, sensor: string): boolean {
  const enabled = db
    .prepare('SELECT is_enabled FROM device_entities WHERE device_id = ? AND key = ?')
    .pluck()
    .get(device, sensor)
  return enabled === 0
}

function tell(context: Context, device: string): void {
  tellStatus(context, device)
  tellProblems(context, device)
}
