import { z } from 'zod'
import { deviceParam, id, sensorParam, sensorValue, time } from '../../../shared/admin/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { conditions } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { newestKey } from '../../store/append-keys.ts'
import { keyBack } from '../../store/passed-keys.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { SENSOR_NAME, sensorKeys } from '../devices/named-sensor.ts'

/** Readings that one question looks through: a sensor that is silent among millions must not keep the reader. */
const SPAN = 50_000

interface ReceivedRow {
  id: number
  metadata: string | null
}

/** The order of receipt is that of the ids: also what a device kept for days is behind what was there when it came. */
export const receivedReadings = adminCommand({
  area: 'readings',
  verb: 'received',
  needs: 'read',
  summary: 'Readings in the order in which they came in, the last ones or those after one of them',
  params: z.strictObject({
    device: deviceParam.optional(),
    sensor: sensorParam.optional(),
    limit: z.int().min(1).max(5_000).default(100),
    after: z.int().min(0).optional().describe('the id of a reading'),
  }),
  result: z.strictObject({
    readings: z.array(
      z.strictObject({
        received_at: time,
        device_name: z.string(),
        sensor_name: z.string(),
        value: sensorValue,
        unit: z.string(),
        time,
        quality: z.number(),
        sensor: z.string(),
        device: id,
        sensor_type: z.string(),
        metadata: z.record(z.string(), z.json()).optional(),
        id: z.number(),
      }),
    ),
    /** Whatever comes from now on has a greater id; the last reading that came has this one, or none does. */
    newest: z.number(),
    /** Where to go on; absent when everything up to the newest was looked through. */
    next: z.number().optional(),
  }),
  examples: [
    { says: 'what came last', params: { limit: 20 } },
    {
      says: 'what came of one sensor after a reading',
      params: { device: 'kitchen-pi', sensor: 'cpu_temperature', after: 81_230 },
    },
  ],
  positional: ['device', 'sensor'],
  changes: false,
  query(context, params) {
    const { after, limit } = params
    const newest = newestKey(context.db, 'readings')
    const from = after ?? keyBack(context.db, 'readings', { key: newest, keys: SPAN })
    const to = after === undefined ? newest : Math.min(newest, from + SPAN)
    const device = params.device === undefined ? undefined : deviceNamed(context, params.device)
    const where = conditions(visibleHouses(context.caller, 'd.house_id'))
      .when('s.device_id = ?', device)
      .when('s.sensor IN (SELECT value FROM json_each(?))', sensorKeys(context, params.sensor, device))
      .when('r.id > ?', from)
      .when('r.id <= ?', to)
    const rows = context.db
      .prepare(
        `SELECT r.received_at, d.name AS device_name, s.sensor, ${SENSOR_NAME}, r.value, s.unit, r.reading_time AS time, ` +
          'coalesce(r.quality, 1.0) AS quality, s.device_id AS device, s.sensor_type, r.metadata, r.id ' +
          // Joined in this order, the ids are walked and no sort is needed.
          'FROM readings r CROSS JOIN reading_series s ON s.id = r.series_id CROSS JOIN devices d ON d.id = s.device_id LEFT JOIN device_entities e ON e.id = s.entity_id ' +
          `WHERE ${where.sql} ORDER BY r.id ${after === undefined ? 'DESC' : 'ASC'} LIMIT ?`,
      )
      .all(...where.values, limit) as ReceivedRow[]
    if (after === undefined) rows.reverse()
    const last = rows.length === limit ? rows.at(-1)?.id : to
    const readings = rows.map(({ metadata, ...reading }) =>
      metadata === null ? reading : { ...reading, metadata: JSON.parse(metadata) as unknown },
    )
    return { readings, newest, ...(after === undefined || last === undefined || last >= newest ? {} : { next: last }) }
  },
})
