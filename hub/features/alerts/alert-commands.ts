import { z } from 'zod'
import { time, timeAheadParam } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { readTime } from '../../../shared/read-time.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { zonedTime } from '../../../shared/time-words.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { conditions, page } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { type AlertRow, readAlert } from './alert-row.ts'
import { LONGEST_SNOOZE_MS } from './due-tellings.ts'
import { ALERT_SEVERITIES } from './rule-kinds.ts'

const alertParam = { alert: z.int().min(1).meta({ description: 'its number, as lares alerts list shows it' }) }

const line = {
  id: z.number(),
  severity: z.enum(ALERT_SEVERITIES),
  says: z.string(),
  /** `open`, `acknowledged`, `snoozed until …`, `comes and goes` or `over`. */
  state: z.string(),
  raised_at: time,
  ended_at: time.nullable(),
  rule: z.string(),
}

export const listAlerts = adminCommand({
  area: 'alerts',
  verb: 'list',
  needs: 'read',
  summary: 'What is wrong now, the newest first; with --all also what is over',
  params: z.strictObject({
    all: z.boolean().default(false),
    limit: z.int().min(1).max(500).default(100),
    after: z.int().optional(),
  }),
  result: z.strictObject({
    /** Where nothing is wrong. */
    says: z.string().optional(),
    alerts: z.array(z.strictObject(line)),
    next: z.number().optional(),
  }),
  examples: [
    { says: 'what is wrong now', params: {} },
    { says: 'what was wrong, too', params: { all: true } },
  ],
  changes: false,
  query({ db, caller, now }, params) {
    const where = conditions(visibleHouses(caller, 'house_id'))
      .when('is_open >= ?', params.all ? 0 : 1)
      .when('id < ?', params.after)
    const rows = db
      .prepare(`SELECT * FROM alerts WHERE ${where.sql} ORDER BY id DESC LIMIT ?`)
      .all(...where.values, params.limit + 1) as Parameters<typeof readAlert>[0][]
    const { rows: kept, next } = page(rows.map(readAlert), params.limit, ({ id }) => id)
    const alerts = kept.map((row) => alertLine(db, row, now))
    return {
      ...(alerts.length === 0 ? { says: params.all ? 'Nothing was ever wrong.' : 'Nothing is wrong.' } : {}),
      alerts,
      ...(next === undefined ? {} : { next }),
    }
  },
})

export const showAlert = adminCommand({
  area: 'alerts',
  verb: 'show',
  needs: 'read',
  summary: 'One alert, who was told of it, and what is on its way',
  params: z.strictObject(alertParam),
  result: z.strictObject({
    alert: z.strictObject({
      ...line,
      name: z.string(),
      device: z.string().nullable(),
      times: z.number(),
      ended_says: z.string().nullable(),
      acknowledged_at: time.nullable(),
      acknowledged_by: z.string().nullable(),
    }),
    told: z.array(z.strictObject({ target: z.string(), says: z.string(), told_at: time.nullable() })),
  }),
  examples: [{ says: 'one', params: { alert: 1 } }],
  positional: ['alert'],
  changes: false,
  query({ db, caller, now }, params) {
    const row = alertNumbered(db, caller, params.alert)
    const by = db.prepare('SELECT email FROM users WHERE id = ?').pluck().get(row.acknowledged_by)
    const told = db
      .prepare(
        'SELECT target, told, told_at, sending, is_given_up FROM alert_tellings WHERE alert_id = ? ORDER BY target',
      )
      .all(row.id) as StoredTold[]
    return {
      alert: {
        ...alertLine(db, row, now),
        ...{ name: row.name, device: row.device_id, times: row.occurrence, ended_says: row.ended_says },
        ...{ acknowledged_at: row.acknowledged_at, acknowledged_by: (by as string | undefined) ?? null },
      },
      told: told.map((one) => ({ target: one.target, says: toldWords(one), told_at: one.told_at })),
    }
  },
})

export const acknowledgeAlert = adminCommand({
  area: 'alerts',
  verb: 'acknowledge',
  needs: 'control',
  summary: 'Say that you know of an alert: nobody else is told, and it is not told again',
  params: z.strictObject(alertParam),
  result: z.strictObject({ alert: z.number(), says: z.string() }),
  examples: [{ says: 'one that you look after', params: { alert: 1 } }],
  positional: ['alert'],
  changes: true,
  run(context, params) {
    const row = openAlert(context, params.alert)
    context.db
      .prepare('UPDATE alerts SET acknowledged_at = ?, acknowledged_by = ? WHERE id = ?')
      .run(context.now, context.caller.user, row.id)
    note(context, row, 'acknowledged')
    return { alert: row.id, says: `${row.says}. Who was told of it is told when it is over.` }
  },
})

export const snoozeAlert = adminCommand({
  area: 'alerts',
  verb: 'snooze',
  needs: 'control',
  summary: 'Hear nothing of an alert until a time; then it is told anew, if it is still so',
  params: z.strictObject({ ...alertParam, until: timeAheadParam }),
  result: z.strictObject({ alert: z.number(), until: time, says: z.string() }),
  examples: [{ says: 'one, for two hours', params: { alert: 1, until: '2h' } }],
  positional: ['alert', 'until'],
  changes: true,
  run(context, params) {
    const row = openAlert(context, params.alert)
    const { now } = context
    const until = typeof params.until === 'number' ? params.until : readTime(params.until, { now, ahead: true })
    if (until <= now)
      throw new LaresError('bad_params', 'until: that time is over', { hint: 'Name one that is ahead, such as 2h.' })
    if (until - now > LONGEST_SNOOZE_MS)
      throw new LaresError('bad_params', 'until: that is more than 31 days ahead', {
        hint: 'Name an earlier time, or switch its rule off: lares alert-rules disable RULE.',
      })
    const { db } = context
    db.prepare('UPDATE alerts SET snoozed_until = ? WHERE id = ?').run(until, row.id)
    db.prepare("UPDATE alert_tellings SET told = 'snoozed' WHERE alert_id = ? AND told IN ('raised', 'flapping')").run(
      row.id,
    )
    // What is on its way says that it is so once more: also who hears it now is told anew when the time is over.
    db.prepare(
      "UPDATE alert_tellings SET sending = 'snoozed' WHERE alert_id = ? AND sending IN ('raised', 'flapping')",
    ).run(row.id)
    note(context, row, 'snoozed')
    return { alert: row.id, until, says: row.says }
  },
})

interface StoredTold {
  target: string
  told: string | null
  told_at: number | null
  sending: string | null
  is_given_up: 0 | 1
}

function toldWords({ told, sending, is_given_up: isGivenUp }: StoredTold): string {
  if (sending !== null) return 'a message is on its way'
  if (isGivenUp === 1) return 'could not be told'
  const words = {
    raised: 'was told',
    flapping: 'was told that it comes and goes',
    snoozed: 'hears nothing for a while',
    ended: 'was told that it is over',
  }
  return words[told as keyof typeof words] ?? 'was told nothing'
}

function alertLine(db: Database, row: AlertRow, now: number) {
  const { id, severity, says, raised_at, ended_at } = row
  const rule =
    (db.prepare('SELECT name FROM alert_rules WHERE id = ?').pluck().get(row.rule) as string | undefined) ?? row.rule
  return { id, severity, says, state: stateOf(row, now), raised_at, ended_at, rule }
}

function stateOf(row: AlertRow, now: number): string {
  if (row.flapping_since !== null) return 'comes and goes'
  if (row.is_open === 0) return 'over'
  if (row.acknowledged_at !== null) return 'acknowledged'
  return row.snoozed_until !== null && row.snoozed_until > now
    ? `snoozed until ${zonedTime(row.snoozed_until)}`
    : 'open'
}

function openAlert(context: CallContext, number: number): AlertRow {
  const row = alertNumbered(context.db, context.caller, number)
  if (row.is_open === 1 || row.flapping_since !== null) return row
  throw new LaresError('bad_params', `alert ${number} is over: ${row.says}`, { hint: 'See lares alerts list.' })
}

/** Of a house that the command may concern; the hub's own are for those who see all. */
function alertNumbered(db: Database, caller: Pick<AuthorizedCaller, 'houses'>, number: number): AlertRow {
  const visible = visibleHouses(caller, 'house_id')
  const row = db.prepare(`SELECT * FROM alerts WHERE id = ? AND ${visible.sql}`).get(number, ...visible.values)
  if (row !== undefined) return readAlert(row as Parameters<typeof readAlert>[0])
  throw new LaresError('not_found', `there is no alert ${number}`, { hint: 'See lares alerts list.' })
}

function note(context: CallContext, row: AlertRow, what: string): void {
  const { house_id: house, device_id: device } = row
  context.addEvent({
    ...{ type: 'alert_acknowledged', source: 'user', data: { alert: row.id, what, by: context.caller.principal } },
    ...(house === null ? {} : { house, ...(device && { device }) }),
    description: row.says,
  })
  context.changed()
}
