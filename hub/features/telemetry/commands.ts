import { z } from 'zod'
import { deviceParam, durationMs, id, sensorParam, sensorValue, time, timeParam } from '../../../shared/admin/fields.ts'
import { CLOCK_STEP_MS, LATE_READING_MS } from '../../../shared/limits.ts'
import { momentOf } from '../../../shared/read-time.ts'
import type { QueryContext } from '../../engine/admin-command.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { after, conditions, page } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { SENSOR_NAME, sensorKeys } from '../devices/named-sensor.ts'
import { type NewestReading, NewestReadings } from './newest-readings.ts'
import { receivedReadings } from './received-readings.ts'
import { firstOfAll, placeOf, placeText } from './series-page.ts'
import { type ShownStep, Summaries } from './summaries.ts'
import { waitingOf } from './waiting-readings.ts'

const DAY_MS = 86_400_000

interface SeriesRow {
  id: number
  device_id: string
  device_name: string
  sensor: string
  sensor_name: string
  sensor_type: string
  unit: string
}

/** What says which numbers they are. */
const seriesName = {
  device_name: z.string(),
  sensor_name: z.string(),
  unit: z.string(),
  sensor_type: z.string(),
  sensor: z.string(),
  device: id,
}

interface ReadingRow {
  id: number
  time: number
  value: number
  quality: number
  metadata: string | null
  received: number
}

function seriesOf(
  context: QueryContext,
  params: { device?: string | undefined; sensor?: string | undefined },
  { limit, after: key, present }: { limit: number; after?: number | undefined; present?: boolean } = { limit: -1 },
): SeriesRow[] {
  const device = params.device === undefined ? undefined : deviceNamed(context, params.device)
  const asked = conditions(visibleHouses(context.caller, 'd.house_id'))
    .when('s.device_id = ?', device)
    .when('s.sensor IN (SELECT value FROM json_each(?))', sensorKeys(context, params.sensor, device))
    .when('(SELECT is_enabled FROM device_entities e WHERE e.id = s.entity_id) IS NOT ?', present ? 0 : undefined)
  const order = ['device_id', 'sensor', 'id']
  const where = after(context.db, asked, { table: 'reading_series', alias: 's', order, key })
  return context.db
    .prepare(
      `SELECT s.id, s.device_id, d.name AS device_name, s.sensor, ${SENSOR_NAME}, s.sensor_type, s.unit FROM reading_series s ` +
        'JOIN devices d ON d.id = s.device_id LEFT JOIN device_entities e ON e.id = s.entity_id ' +
        `WHERE ${where.sql} ORDER BY s.device_id, s.sensor, s.id LIMIT ?`,
    )
    .all(...where.values, limit) as SeriesRow[]
}

/** The span that is asked for; so many days back from its end where no beginning is named. */
function spanOf(
  params: { from?: number | string | undefined; to?: number | string | undefined },
  { now, days }: { now: number; days: number },
): { from: number; to: number } {
  const to = momentOf(params.to ?? now, now)
  return { from: momentOf(params.from ?? to - days * DAY_MS, now), to }
}

export const queryReadings = adminCommand({
  area: 'readings',
  verb: 'query',
  needs: 'read',
  summary: 'The readings of a sensor in a span of time, oldest first',
  params: z.strictObject({
    device: deviceParam,
    sensor: sensorParam,
    from: timeParam.optional(),
    to: timeParam.optional(),
    limit: z.int().min(1).max(10_000).default(1_000),
    after: placeText.optional(),
  }),
  result: z.strictObject({
    from: time,
    to: time,
    series: z.array(
      z.strictObject({
        ...seriesName,
        readings: z.array(
          z.strictObject({
            time,
            value: sensorValue,
            quality: z.number(),
            /** How long after it was measured it came, where that was late: it had waited on its device. */
            late_ms: durationMs.optional(),
            metadata: z.record(z.string(), z.json()).optional(),
          }),
        ),
      }),
    ),
    next: z.string().optional(),
  }),
  examples: [
    { says: 'the last day', params: { device: 'kitchen-pi', sensor: 'cpu_temperature' } },
    {
      says: 'since midnight of yesterday',
      params: { device: 'kitchen-pi', sensor: 'cpu_temperature', from: 'yesterday' },
    },
  ],
  positional: ['device', 'sensor'],
  changes: false,
  query(context, params) {
    const { from, to } = spanOf(params, { now: context.now, days: 1 })
    const place = placeOf(params.after)
    const read = context.db.prepare(
      'SELECT id, reading_time AS time, value, coalesce(quality, 1.0) AS quality, metadata, received_at AS received FROM series_readings ' +
        'WHERE series_id = ? AND reading_time >= ? AND reading_time <= ? AND (reading_time, id) > (?, ?) ORDER BY reading_time, id LIMIT ?',
    )
    const all = seriesOf(context, params)
    const { lists, ...next } = firstOfAll(
      all.map(
        ({ id }) =>
          read.all(id, Math.max(from, place.time), to, place.time, place.id, params.limit + 1) as ReadingRow[],
      ),
      params.limit,
    )
    const series = all.map((row, index) => ({
      ...titleOf(row),
      readings: (lists[index] ?? []).map(shownReading),
    }))
    return { from, to, series, ...next }
  },
})

/** Written out for the many: ten thousand rests of objects cost more than reading them. */
function shownReading({ time, value, quality, metadata, received }: ReadingRow) {
  const lateMs = received - time
  if (metadata === null && lateMs <= LATE_READING_MS) return { time, value, quality }
  return {
    ...{ time, value, quality },
    ...(lateMs > LATE_READING_MS ? { late_ms: lateMs } : {}),
    ...(metadata === null ? {} : { metadata: JSON.parse(metadata) as unknown }),
  }
}

/** As far back as is shown when nobody says, in days. */
const SUMMARY_DAYS = { '5m': 1, '1h': 7, '6h': 90 } satisfies Record<ShownStep, number>

export const summarizeReadings = adminCommand({
  area: 'readings',
  verb: 'summary',
  needs: 'read',
  summary: 'Least, mean and greatest value of a sensor for each hour (or 5m, 6h), also of readings that are gone',
  params: z.strictObject({
    device: deviceParam,
    sensor: sensorParam,
    step: z.enum(['5m', '1h', '6h']).default('1h'),
    from: timeParam.optional(),
    to: timeParam.optional(),
    limit: z.int().min(1).max(10_000).default(1_000),
    after: placeText.optional(),
  }),
  result: z.strictObject({
    from: time,
    to: time,
    step_ms: durationMs,
    series: z.array(
      z.strictObject({
        ...seriesName,
        summaries: z.array(
          z.strictObject({ time, min: sensorValue, mean: sensorValue, max: sensorValue, count: z.number() }),
        ),
      }),
    ),
    next: z.string().optional(),
  }),
  examples: [
    { says: 'the hours of the last week', params: { device: 'kitchen-pi', sensor: 'cpu_temperature' } },
    {
      says: 'the last day in steps of five minutes',
      params: { device: 'kitchen-pi', sensor: 'cpu_temperature', step: '5m' },
    },
  ],
  positional: ['device', 'sensor', 'step'],
  changes: false,
  query(context, params) {
    const { from, to } = spanOf(params, { now: context.now, days: SUMMARY_DAYS[params.step] })
    const place = placeOf(params.after)
    const summaries = new Summaries(context.db, params.step)
    const { step } = summaries
    const all = seriesOf(context, params)
    const asked = { from: from - step, to, after: place, limit: params.limit + 1 }
    const { lists, ...next } = firstOfAll(
      // A span that began before `from` and reaches into it is part of the answer.
      all.map(({ id }) => summaries.of({ series: id, ...asked })),
      params.limit,
    )
    const series = all.map((row, index) => ({
      ...titleOf(row),
      summaries: (lists[index] ?? []).map(({ time, min, mean, max, count }) => ({ time, min, mean, max, count })),
    }))
    return { from, to, step_ms: step, series, ...next }
  },
})

export const latestReadings = adminCommand({
  area: 'readings',
  verb: 'latest',
  needs: 'see',
  summary: 'The newest reading of every sensor that is there',
  params: z.strictObject({
    device: deviceParam.optional(),
    sensor: sensorParam.optional(),
    limit: z.int().min(1).max(5_000).default(1_000),
    after: z.int().optional(),
  }),
  result: z.strictObject({
    readings: z.array(
      z.strictObject({
        device_name: z.string(),
        sensor_name: z.string(),
        value: sensorValue.optional(),
        unit: z.string(),
        time: time.optional(),
        sensor: z.string(),
        device: id,
        sensor_type: z.string(),
        quality: z.number().optional(),
      }),
    ),
    next: z.number().optional(),
  }),
  examples: [
    { says: 'every sensor of the house', params: {} },
    { says: 'every sensor of one device', params: { device: 'kitchen-pi' } },
  ],
  positional: ['device'],
  changes: false,
  query(context, params) {
    const { rows, next } = page(
      seriesOf(context, params, {
        limit: params.limit + 1,
        after: params.after,
        // Who asks for one by name may ask for one that left.
        present: params.sensor === undefined,
      }),
      params.limit,
      ({ id }) => id,
    )
    const newest = newestReading(context)
    return {
      readings: rows.map((row) => {
        const { time_quality: _, ...reading } = newest(row.id) ?? {}
        return { ...titleOf(row), ...reading }
      }),
      ...(next === undefined ? {} : { next }),
    }
  },
})

/**
 * Reads the newest reading of a series. One of a time that has not come was stored under a clock that was wrong then, and
 * is shown only where there is no other.
 */
function newestReading({ db, now }: QueryContext): (series: number) => NewestReading | undefined {
  const { untilNow, ever } = waitingOf(db)
  const newest = new NewestReadings(db, { latest: now + CLOCK_STEP_MS, waiting: untilNow })
  let last: NewestReadings | null = null
  return (series) => {
    const reading = newest.of(series)
    if (reading) return reading
    last ??= new NewestReadings(db, { latest: Number.MAX_SAFE_INTEGER, waiting: ever })
    return last.of(series)
  }
}

function titleOf({ device_id, device_name, sensor, sensor_name, sensor_type, unit }: SeriesRow) {
  return { device: device_id, device_name, sensor, sensor_name, sensor_type, unit }
}

export const COMMANDS = [queryReadings, summarizeReadings, latestReadings, receivedReadings] as const
