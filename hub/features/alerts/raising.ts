import { cutText } from '../../../shared/cut-text.ts'
import type { Context } from '../../engine/context.ts'
import { type AlertRow, alertById, alertOf } from './alert-row.ts'
import type { Observed } from './observed.ts'
import type { AlertRule } from './rule-row.ts'

/** Raised so often within so long it comes and goes, until it has stayed as it is for as long. */
export const FLAPPING = { times: 3, withinMs: 15 * 60_000 } as const

const SAYS_LENGTH = 500

/** Writes down that something is wrong: one row of the thing, an event, and the transaction that both are in. */
export function raiseAlert(context: Context, rule: AlertRule, seen: Observed): AlertRow {
  const { db, now } = context
  const before = alertOf(db, { rule: rule.id, subject: seen.subject })
  const lately = [...recent(before?.lately ?? [], now), now]
  const flapping = lately.length >= FLAPPING.times ? (before?.flapping_since ?? now) : null
  const says = cutText(seen.says, SAYS_LENGTH)
  const { id } = db.prepare(RAISE).get({
    ...{ rule: rule.id, subject: seen.subject, kind: rule.kind, severity: seen.severity ?? rule.severity },
    ...{ house: seen.house, device: seen.device, entity: seen.entity, name: seen.name, says },
    ...{ now, lately: JSON.stringify(lately), flapping },
  }) as { id: number }
  const row = alertById(db, id)
  if (!row) throw new Error('an alert that was just written is not there')
  // What comes and goes is said once.
  if (before?.flapping_since == null) tellEvent(context, row, 'alert_raised')
  return row
}

/** Writes down that it is over, and how. */
export function endAlert(context: Context, alert: AlertRow, by: string): void {
  const { db, now } = context
  db.prepare('UPDATE alerts SET is_open = 0, ended_at = ?, ended_says = ? WHERE id = ?').run(now, by, alert.id)
  if (alert.flapping_since === null) tellEvent(context, { ...alert, says: by }, 'alert_ended')
}

/** It has stayed as it is for a while. */
export function endFlapping({ db }: Pick<Context, 'db'>, alert: AlertRow): void {
  db.prepare("UPDATE alerts SET flapping_since = NULL, lately = '[]' WHERE id = ?").run(alert.id)
}

/** Whether nothing was raised or ended for as long as it takes. A clock that went back counts as long enough. */
export function isSteady({ lately, ended_at }: AlertRow, now: number): boolean {
  const last = Math.max(lately.at(-1) ?? 0, ended_at ?? 0)
  return now - last >= FLAPPING.withinMs || last > now
}

function recent(times: readonly number[], now: number): number[] {
  return times.filter((at) => at <= now && now - at < FLAPPING.withinMs)
}

function tellEvent(context: Context, alert: AlertRow, type: 'alert_raised' | 'alert_ended'): void {
  const { house_id: house, device_id: device, entity_id: entity } = alert
  context.addEvent({
    type,
    ...(type === 'alert_raised' ? { severity: alert.severity } : {}),
    ...(house === null ? {} : { house, ...(device && { device }), ...(entity && { entity }) }),
    description: alert.says,
    data: { alert: alert.id, rule: alert.rule, name: alert.name },
  })
}

/** Of what was snoozed before, that holds; who acknowledged it did so for that time only. */
const RAISE = `
  INSERT INTO alerts (rule, subject, kind, severity, house_id, device_id, entity_id, name, says, is_open, occurrence, raised_at, lately, flapping_since)
  VALUES (:rule, :subject, :kind, :severity, :house, :device, :entity, :name, :says, 1, 1, :now, :lately, :flapping)
  ON CONFLICT (rule, subject) DO UPDATE SET
    kind = excluded.kind, severity = excluded.severity, house_id = excluded.house_id, device_id = excluded.device_id,
    entity_id = excluded.entity_id, name = excluded.name, says = excluded.says, is_open = 1, occurrence = occurrence + 1,
    raised_at = excluded.raised_at, ended_at = NULL, ended_says = NULL, acknowledged_at = NULL, acknowledged_by = NULL,
    lately = excluded.lately, flapping_since = excluded.flapping_since
  RETURNING id`
