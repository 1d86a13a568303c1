import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { RetentionClass, RetentionDays } from '../../contract/retention-class.ts'
import { type AdminCommand, adminCommand } from '../../engine/admin-command.ts'
import { declaredRows, eventClass, isConversation, Retention, SEVERITIES } from './classes.ts'
import { whatGoes } from './what-goes.ts'

/** Counting goes on up to here: more rows are said as "at least", because counting a hundred million takes minutes. */
const COUNTED = 1_000_000

const showRetention = (declared: readonly RetentionClass[]) =>
  adminCommand({
    area: 'retention',
    verb: 'show',
    needs: 'administer',
    summary: 'How long each class of data is kept, its oldest row and how many there are',
    params: z.strictObject({}),
    result: z.strictObject({
      classes: z.array(
        z.strictObject({
          class: z.string(),
          days: z.union([z.number(), z.literal('never')]),
          default: z.boolean(),
          rows: z.number(),
          /** There are more than were counted. */
          at_least: z.boolean().optional(),
          oldest: time.nullable(),
        }),
      ),
    }),
    examples: [{ says: 'what is kept for how long', params: {} }],
    changes: false,
    query({ db }) {
      const retention = new Retention(db, declared)
      const kinds = db.prepare('SELECT DISTINCT sensor_type FROM reading_series').pluck().all() as string[]
      const names = new Set([...retention.names, ...kinds.map((kind) => `readings:${kind}`), ...retention.chosen])
      const chosen = new Set(retention.chosen)
      const classes = [...names].sort().map((name) => {
        const { from, oldest, values } = rowsOf(retention, name)
        const rows = Number(
          db
            .prepare(`SELECT count(*) FROM (SELECT 1 FROM ${from} LIMIT ${COUNTED})`)
            .pluck()
            .get(...values),
        )
        return {
          class: name,
          days: retention.days(name) ?? 'never',
          default: !chosen.has(name),
          oldest: (db
            .prepare(oldest)
            .pluck()
            .get(...values) ?? null) as number | null,
          rows,
          ...(rows === COUNTED ? { at_least: true } : {}),
        }
      })
      return { classes }
    },
  })

const setRetention = (declared: readonly RetentionClass[]) =>
  adminCommand({
    area: 'retention',
    verb: 'set',
    needs: 'administer',
    summary: 'Keep a class of data for so many days, or never remove it; "default" takes the setting back',
    params: z.strictObject({
      class: text(100).min(1),
      days: z.union([
        z.int().min(1).max(36_500),
        z.string().regex(/^(?:never|default|[1-9]\d{0,4})$/, 'is 1 to 36500, never or default'),
      ]),
    }),
    result: z.strictObject({ class: z.string(), days: z.union([z.number(), z.literal('never')]) }),
    examples: [
      { says: 'keep temperatures for ever', params: { class: 'readings:temperature', days: 'never' } },
      { says: 'keep ordinary events for two weeks', params: { class: 'events', days: 14 } },
      { says: 'back to the default', params: { class: 'readings:temperature', days: 'default' } },
    ],
    positional: ['class', 'days'],
    changes: true,
    danger({ db, now }, params) {
      const retention = new Retention(db, declared)
      retention.check(params.class)
      const setting = { class: params.class, days: daysOf(retention, params) }
      return whatGoes(db, { retention, setting }, now)
    },
    run(context, params) {
      const { db, now } = context
      const retention = new Retention(db, declared)
      retention.check(params.class)
      const before = retention.days(params.class)
      if (params.days === 'default') db.prepare('DELETE FROM retention_settings WHERE class = ?').run(params.class)
      else {
        db.prepare(
          'INSERT INTO retention_settings (class, days, updated_at) VALUES (?, ?, ?) ' +
            'ON CONFLICT (class) DO UPDATE SET days = excluded.days, updated_at = excluded.updated_at',
        ).run(params.class, daysOf(retention, params), now)
      }
      const after = new Retention(db, declared).days(params.class) ?? 'never'
      context.changed()
      context.addEvent({
        type: 'retention_changed',
        source: 'user',
        oldState: String(before ?? 'never'),
        newState: String(after),
        data: { class: params.class, by: context.caller.principal },
      })
      return { class: params.class, days: after }
    },
  })

/** The days that are asked for; of a default, what it then is. */
function daysOf(retention: Retention, params: { class: string; days: number | string }): RetentionDays {
  if (params.days === 'never') return null
  return params.days === 'default' ? retention.withoutSetting(params.class) : Number(params.days)
}

interface ClassRows {
  /** What the rows are counted from. */
  from: string
  /** Asks for the time of the oldest. */
  oldest: string
  values: string[]
}

/** The rows of a class, found by an index each: there is none over the times of all series together. */
function rowsOf(retention: Retention, name: string): ClassRows {
  const kind = /^readings:(.+)$/.exec(name)?.[1]
  if (kind !== undefined || name === 'readings') {
    const series = `reading_series s ${kind === undefined ? '' : 'WHERE s.sensor_type = ?'}`
    return {
      from: kind === undefined ? 'readings' : `series_readings WHERE series_id IN (SELECT s.id FROM ${series})`,
      oldest: `SELECT min(first) FROM (SELECT (SELECT reading_time FROM series_readings WHERE series_id = s.id ORDER BY reading_time LIMIT 1) AS first FROM ${series})`,
      values: kind === undefined ? [] : [kind],
    }
  }
  if (name === 'rollups_5m' || name === 'rollups_1h') {
    const step = name === 'rollups_5m' ? 300_000 : 3_600_000
    return {
      from: `reading_series s JOIN reading_rollups r ON r.series_id = s.id AND r.step = ${step}`,
      oldest: `SELECT min(first) FROM (SELECT (SELECT min(bucket) FROM reading_rollups WHERE series_id = s.id AND step = ${step}) AS first FROM reading_series s)`,
      values: [],
    }
  }
  const declared = retention.declared.get(name)
  if (declared) {
    const from = declaredRows(declared)
    return { from, oldest: `SELECT min(${declared.since}) FROM ${from}`, values: [] }
  }
  if (isConversation(name)) {
    const time = name === 'turns' ? 'started_at' : 'created_at'
    return { from: name, oldest: `SELECT min(${time}) FROM ${name}`, values: [] }
  }
  const severities = SEVERITIES.filter((severity) => eventClass(severity, '') === name)
  const where =
    name === 'events:audit'
      ? "category = 'audit'"
      : `category <> 'audit' AND severity IN (${severities.map(() => '?').join(', ')})`
  return {
    from: `events WHERE ${where}`,
    oldest: `SELECT created_at FROM events WHERE ${where} ORDER BY created_at LIMIT 1`,
    values: severities,
  }
}

/** The commands, for the classes that features declare. */
export function retentionCommands(declared: readonly RetentionClass[]): readonly AdminCommand[] {
  return [showRetention(declared), setRetention(declared)]
}
