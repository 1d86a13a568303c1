import { z } from 'zod'
import { bytes, deviceParam, sensorParam, time, timeParam } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { momentOf } from '../../../shared/read-time.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { sensorKeys } from '../devices/named-sensor.ts'
import { handOut } from './hand-out.ts'

const DAY_MS = 86_400_000
/** Counted up to here: a person who waits wants to know how long, and not to hold up the house. */
const COUNTED = 100_000

const handedOut = {
  /** Below the page's own address; good once, for a minute. */
  path: z.string(),
  name: z.string(),
  expires_at: time,
}

export const fetchRecording = adminCommand({
  area: 'sessions',
  verb: 'recording',
  needs: 'read',
  summary: 'A link to what was heard in a turn, as WAV, for whoever asks',
  params: z.strictObject({ turn: text(64).min(1) }),
  result: z.strictObject({ ...handedOut, bytes }),
  examples: [{ says: 'what was said', params: { turn: 'a-turn' } }],
  positional: ['turn'],
  changes: true,
  secretAnswer: true,
  run(context, { turn }) {
    const seen = visibleHouses(context.caller, 'd.house_id')
    const clip = context.db
      .prepare(
        'SELECT c.file, c.bytes, c.device_id FROM audio_clips c JOIN devices d ON d.id = c.device_id ' +
          `WHERE c.turn_id = ? AND c.file IS NOT NULL AND ${seen.sql}`,
      )
      .get(turn, ...seen.values) as { file: string; bytes: number; device_id: string } | undefined
    if (!clip)
      throw new LaresError('not_found', `there is no recording of a turn ${turn}`, {
        hint: 'See what is kept: lares sessions list.',
      })
    const name = `${clip.device_id}-${turn}.wav`
    return { ...handOut(context, { content: { kind: 'recording', file: clip.file }, name }), bytes: clip.bytes }
  },
})

export const exportReadings = adminCommand({
  area: 'readings',
  verb: 'export',
  needs: 'read',
  summary: 'A link to all readings of a sensor in a span of time, as CSV or one JSON object a line, for whoever asks',
  params: z.strictObject({
    device: deviceParam,
    sensor: sensorParam,
    /** A day back where it is not said. */
    from: timeParam.optional(),
    to: timeParam.optional(),
    format: z.enum(['csv', 'ndjson']).default('csv'),
  }),
  result: z.strictObject({
    ...handedOut,
    /** How many there are; `null`: more than a hundred thousand. */
    rows: z.number().nullable(),
    from: time,
    to: time,
  }),
  examples: [{ says: 'a month of a sensor', params: { device: 'kitchen-pi', sensor: 'cpu_temperature', from: '30d' } }],
  positional: ['device', 'sensor'],
  changes: true,
  secretAnswer: true,
  run(context, params) {
    const { now } = context
    const device = deviceNamed(context, params.device)
    const keys = sensorKeys(context, params.sensor, device)
    const to = momentOf(params.to ?? now, now)
    const from = momentOf(params.from ?? to - DAY_MS, now)
    const rows = Number(
      context.db
        .prepare(
          'SELECT count(*) FROM (SELECT 1 FROM series_readings r JOIN reading_series s ON s.id = r.series_id WHERE s.device_id = ? ' +
            'AND s.sensor IN (SELECT value FROM json_each(?)) AND r.reading_time >= ? AND r.reading_time <= ? LIMIT ?)',
        )
        .pluck()
        .get(device, keys, from, to, COUNTED + 1),
    )
    const { format, sensor } = params
    const content = { kind: 'readings', format, params: { device, sensor, from, to } } as const
    const name = `${device}-${new Date(from).toISOString().replace(/T.*/, '')}.${format}`
    return { ...handOut(context, { content, name }), rows: rows > COUNTED ? null : rows, from, to }
  },
})

export const fetchBackup = adminCommand({
  area: 'hub',
  verb: 'fetch-backup',
  needs: 'administer',
  summary: 'A link to the newest copy of the database that the hub made by itself, for whoever asks',
  params: z.strictObject({}),
  result: z.strictObject(handedOut),
  examples: [{ says: 'a copy for elsewhere', params: {} }],
  changes: true,
  secretAnswer: true,
  run: (context) => handOut(context, { content: { kind: 'backup' }, name: 'lares-hub.db' }),
})

export const COMMANDS = [fetchRecording, exportReadings, fetchBackup] as const
