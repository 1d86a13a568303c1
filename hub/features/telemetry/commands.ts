import { z } from 'zod'
import { durationMs, time } from '../../../shared/admin/fields.ts'
import { sensorKey, text, timeMs } from '../../../shared/messages/fields.ts'
import type { QueryContext } from '../../engine/command.ts'
import { command } from '../../engine/command.ts'
import { conditions } from '../list-query.ts'
import { visibleHouses } from '../visibility.ts'
import type { RollupStep } from './rollups.ts'

const DAY_MS = 86_400_000

interface SeriesRow {
  id: number
  device_id: string
  sensor: string
  sensor_type: string
  unit: string
}

/** What says which numbers they are. */
const seriesName = { device: z.string(), sensor: z.string(), unit: z.string(), sensor_type: z.string() }

function seriesOf(
  context: QueryContext,
  params: { device?: string | undefined; sensor?: string | undefined },
): SeriesRow[] {
  const where = conditions(visibleHouses(context.caller, 'd.house_id'))
    .when('s.device_id = ?', params.device)
    .when('s.sensor = ?', params.sensor)
  return context.db
    .prepare(
      'SELECT s.id, s.device_id, s.sensor, s.sensor_type, s.unit FROM reading_series s JOIN devices d ON d.id = s.device_id ' +
        `WHERE ${where.sql} ORDER BY s.device_id, s.sensor, s.id LIMIT 5000`,
    )
    .all(...where.values) as SeriesRow[]
}

export const queryReadings = command({
  area: 'readings',
  verb: 'query',
  role: 'user',
  summary: 'The readings of a sensor in a span of time, oldest first',
  params: z.strictObject({
    device: text(40),
    sensor: sensorKey,
    from: timeMs.optional(),
    to: timeMs.optional(),
    limit: z.int().min(1).max(10_000).default(1_000),
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
            value: z.number(),
            quality: z.number(),
            metadata: z.record(z.string(), z.json()).optional(),
          }),
        ),
      }),
    ),
  }),
  examples: [{ says: 'the last day', params: { device: 'kitchen-pi', sensor: 'cpu_temperature' } }],
  positional: ['device', 'sensor'],
  changes: false,
  query(context, params) {
    const to = params.to ?? context.now
    const from = params.from ?? to - DAY_MS
    const read = context.db.prepare(
      'SELECT reading_time AS time, value, coalesce(quality, 1.0) AS quality, metadata FROM readings ' +
        'WHERE series_id = ? AND reading_time >= ? AND reading_time <= ? ORDER BY reading_time, id LIMIT ?',
    )
    const series = seriesOf(context, params).map((row) => {
      const readings = (read.all(row.id, from, to, params.limit) as { metadata: string | null }[]).map(
        ({ metadata, ...reading }) =>
          metadata === null ? reading : { ...reading, metadata: JSON.parse(metadata) as unknown },
      )
      return { device: row.device_id, sensor: row.sensor, sensor_type: row.sensor_type, unit: row.unit, readings }
    })
    return { from, to, series }
  },
})

/** Steps as people name them; as far back as is shown when nobody says. */
const SUMMARIES = { '5m': { step: 300_000, days: 1 }, '1h': { step: 3_600_000, days: 7 } } satisfies Record<
  string,
  { step: RollupStep; days: number }
>

export const summarizeReadings = command({
  area: 'readings',
  verb: 'summary',
  role: 'user',
  summary: 'Least, mean and greatest value of a sensor for each hour (or 5m), also of readings that are gone',
  params: z.strictObject({
    device: text(40),
    sensor: sensorKey,
    step: z.enum(['5m', '1h']).default('1h'),
    from: timeMs.optional(),
    to: timeMs.optional(),
    limit: z.int().min(1).max(10_000).default(1_000),
  }),
  result: z.strictObject({
    from: time,
    to: time,
    step_ms: durationMs,
    series: z.array(
      z.strictObject({
        ...seriesName,
        summaries: z.array(
          z.strictObject({ time, min: z.number(), mean: z.number(), max: z.number(), count: z.number() }),
        ),
      }),
    ),
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
    const { step, days } = SUMMARIES[params.step]
    const to = params.to ?? context.now
    const from = params.from ?? to - days * DAY_MS
    const read = context.db.prepare(
      'SELECT bucket AS time, min, avg AS mean, max, count FROM reading_rollup_buckets ' +
        'WHERE series_id = ? AND step = ? AND bucket > ? AND bucket <= ? ORDER BY bucket LIMIT ?',
    )
    const series = seriesOf(context, params).map((row) => ({
      ...{ device: row.device_id, sensor: row.sensor, sensor_type: row.sensor_type, unit: row.unit },
      // A span that began before `from` and reaches into it is part of the answer.
      summaries: read.all(row.id, step, from - step, to, params.limit),
    }))
    return { from, to, step_ms: step, series }
  },
})

export const latestReadings = command({
  area: 'readings',
  verb: 'latest',
  role: 'user',
  summary: 'The newest reading of every sensor',
  params: z.strictObject({ device: text(40).optional(), sensor: sensorKey.optional() }),
  result: z.strictObject({
    readings: z.array(
      z.strictObject({
        ...seriesName,
        value: z.number().optional(),
        time: time.optional(),
        quality: z.number().optional(),
      }),
    ),
  }),
  examples: [
    { says: 'every sensor of the house', params: {} },
    { says: 'every sensor of one device', params: { device: 'kitchen-pi' } },
  ],
  positional: ['device'],
  changes: false,
  query(context, params) {
    const read = context.db.prepare(
      'SELECT reading_time AS time, value, coalesce(quality, 1.0) AS quality FROM readings WHERE series_id = ? ORDER BY reading_time DESC, id DESC LIMIT 1',
    )
    const latest = seriesOf(context, params).map((row) => {
      const newest = read.get(row.id) as { time: number; value: number; quality: number } | undefined
      return { device: row.device_id, sensor: row.sensor, sensor_type: row.sensor_type, unit: row.unit, ...newest }
    })
    return { readings: latest }
  },
})
