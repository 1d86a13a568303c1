import { z } from 'zod'
import { deviceParam, sensorParam, timeParam } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { momentOf } from '../../../shared/read-time.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { sensorsNamed } from '../devices/named-sensor.ts'
import { messageOf } from './message-of.ts'
import { answerOf, traceAnswer } from './trace-answer.ts'
import { addedAtCentral, changedAtCentral } from './way-to-central.ts'

interface ReadingRow {
  id: number
  device_name: string
  sensor_name: string
  unit: string
  value: number
  time: number
  received_at: number
  metadata: string | null
}

/** Of a series the reading at a time, or the last one before it. */
const READING =
  'SELECT r.id, d.name AS device_name, coalesce(e.name, s.sensor) AS sensor_name, s.unit, r.value, r.reading_time AS time, ' +
  'r.received_at, r.metadata FROM reading_series s JOIN devices d ON d.id = s.device_id ' +
  'LEFT JOIN device_entities e ON e.id = s.entity_id JOIN readings r ON r.id = ' +
  '(SELECT id FROM series_readings WHERE series_id = s.id AND reading_time <= @at ORDER BY reading_time DESC, id DESC LIMIT 1) ' +
  'WHERE s.device_id = @device AND s.sensor = @sensor ORDER BY r.reading_time DESC, r.id DESC LIMIT 1'

export const traceReading = adminCommand({
  area: 'trace',
  verb: 'reading',
  needs: 'read',
  summary: 'The way of a reading: when it was measured, how long it waited, when it came, and whether central has it',
  params: z.strictObject({
    device: deviceParam,
    sensor: sensorParam,
    at: timeParam.optional().meta({ description: 'its time, or some time after it; default: the newest' }),
  }),
  result: traceAnswer,
  examples: [{ says: 'the newest reading of a sensor', params: { device: 'kitchen-pi', sensor: 'cpu_temperature' } }],
  positional: ['device', 'sensor', 'at'],
  changes: false,
  query(context, params) {
    const { db, now } = context
    const device = deviceNamed(context, params.device)
    const [sensor = params.sensor] = sensorsNamed(context, params.sensor, device)
    const at = params.at === undefined ? Number.MAX_SAFE_INTEGER : momentOf(params.at, now)
    const row = db.prepare(READING).get({ device, sensor, at }) as ReadingRow | undefined
    if (row === undefined)
      throw new LaresError('not_found', `${params.device} has no reading of ${params.sensor} up to then`, {
        hint: `Those that are kept: lares readings query ${params.device} ${params.sensor}.`,
      })
    const said = JSON.parse(row.metadata ?? '{}') as { time_quality?: 'corrected' | 'unknown'; original_time?: number }
    const traced = {
      what: `${row.sensor_name} ${row.value}${row.unit === '' ? '' : ` ${row.unit}`}`,
      ...{ device, device_name: row.device_name, measured_at: row.time, received_at: row.received_at },
      ...{ time_quality: said.time_quality ?? ('good' as const), device_said: said.original_time ?? null },
      ...{ message: messageOf(db, row.id, device), table: 'readings', key: String(row.id) },
      central: addedAtCentral(db, 'readings', row.id),
    }
    return answerOf(db, traced)
  },
})

interface EventRow {
  title: string
  device_id: string | null
  device_name: string | null
  timestamp: number
  created_at: number
  event_data: string
}

export const traceEvent = adminCommand({
  area: 'trace',
  verb: 'event',
  needs: 'read',
  summary: 'The way of an event: when it happened, when the hub stored it, and whether central has it',
  params: z.strictObject({ event: z.int().min(1).meta({ description: 'its id, as events list shows it' }) }),
  result: traceAnswer,
  examples: [{ says: 'one event', params: { event: 1 } }],
  positional: ['event'],
  changes: false,
  query(context, { event }) {
    const { db, caller } = context
    const visible = visibleHouses(caller, 'v.house_id')
    const row = db
      .prepare(
        'SELECT v.title, v.device_id, d.name AS device_name, v.timestamp, v.created_at, v.event_data FROM events v ' +
          `LEFT JOIN devices d ON d.id = v.device_id WHERE v.id = ? AND ${visible.sql}`,
      )
      .get(event, ...visible.values) as EventRow | undefined
    if (row === undefined)
      throw new LaresError('not_found', `there is no event ${event}`, {
        hint: 'Those that are kept: lares events list.',
      })
    const said = JSON.parse(row.event_data) as { time_quality?: 'corrected' | 'unknown'; original_time?: number }
    const traced = {
      ...{ what: row.title, device: row.device_id, device_name: row.device_name },
      ...{ measured_at: row.timestamp, received_at: row.created_at },
      ...{ time_quality: said.time_quality ?? ('good' as const), device_said: said.original_time ?? null },
      ...{ message: null, table: 'events', key: String(event), central: addedAtCentral(db, 'events', event) },
    }
    return answerOf(db, traced)
  },
})

interface TurnRow {
  device_id: string
  device_name: string
  started_at: number
  ended_at: number | null
  created_at: number
}

export const traceTurn = adminCommand({
  area: 'trace',
  verb: 'turn',
  needs: 'read',
  summary: 'The way of what was said: when it began, when it was stored, and whether central has it',
  params: z.strictObject({ turn: text(120).meta({ description: 'its id, as sessions list shows it' }) }),
  result: traceAnswer,
  examples: [{ says: 'one turn', params: { turn: 'a-turn' } }],
  positional: ['turn'],
  changes: false,
  query(context, { turn }) {
    const { db, caller } = context
    const visible = visibleHouses(caller, 'd.house_id')
    const row = db
      .prepare(
        'SELECT t.device_id, d.name AS device_name, t.started_at, t.ended_at, t.created_at FROM turns t ' +
          `JOIN devices d ON d.id = t.device_id WHERE t.id = ? AND ${visible.sql}`,
      )
      .get(turn, ...visible.values) as TurnRow | undefined
    if (row === undefined)
      throw new LaresError('not_found', `there is no turn ${turn}`, {
        hint: 'Those that are kept: lares sessions list.',
      })
    const traced = {
      ...{ what: 'What was said', device: row.device_id, device_name: row.device_name },
      ...{ measured_at: row.started_at, received_at: row.created_at, time_quality: 'good' as const, device_said: null },
      ...{ message: null, table: 'turns', key: turn, central: changedAtCentral(db, 'turns', turn) },
    }
    return answerOf(db, traced)
  },
})

export const COMMANDS = [traceReading, traceEvent, traceTurn] as const
