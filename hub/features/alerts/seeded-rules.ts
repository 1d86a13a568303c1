import type { Context } from '../../engine/context.ts'
import type { AlertSeverity, RuleKindName } from './rule-kinds.ts'

interface SeededRule {
  id: string
  name: string
  kind: RuleKindName
  severity: AlertSeverity
  for_s: number
  on_at?: number
  off_at?: number
  word?: string
  measures?: string[]
  repeat_min?: number
}

const MINUTE_S = 60
const DAY_MIN = 24 * 60

/** What matters in every house. A house that has a target is told of it, and may change, switch off or remove each. */
const SEEDED: readonly SeededRule[] = [
  { id: 'device-offline', name: 'Device offline', kind: 'device_offline', severity: 'warning', for_s: 15 * MINUTE_S },
  { id: 'device-alarm', name: 'Device alarm', kind: 'device_alarm', severity: 'warning', for_s: 5 * MINUTE_S },
  { id: 'under-voltage', name: 'Too little power', kind: 'under_voltage', severity: 'warning', for_s: 5 * MINUTE_S },
  {
    ...{ id: 'device-disk', name: 'Disk of a device', kind: 'device_disk', severity: 'warning' },
    ...{ for_s: 10 * MINUTE_S, on_at: 90, off_at: 85 },
  },
  {
    ...{ id: 'rejected-rows', name: 'Messages not understood', kind: 'rejected_rows', severity: 'warning' },
    ...{ for_s: 0, on_at: 20, off_at: 5 },
  },
  {
    ...{ id: 'danger', name: 'Smoke or gas', kind: 'entity_state', severity: 'critical', for_s: 0, word: 'on' },
    ...{ measures: ['smoke', 'carbon_monoxide', 'gas'], repeat_min: 5 },
  },
  {
    ...{ id: 'water', name: 'Water', kind: 'entity_state', severity: 'critical', for_s: 0, word: 'on' },
    ...{ measures: ['moisture'], repeat_min: 30 },
  },
  { id: 'hub-problem', name: "Hub's health", kind: 'hub_problem', severity: 'warning', for_s: 10 * MINUTE_S },
  {
    ...{ id: 'hub-disk', name: "Hub's disk", kind: 'hub_disk', severity: 'critical' },
    ...{ for_s: 5 * MINUTE_S, on_at: 95, off_at: 92, repeat_min: DAY_MIN },
  },
  {
    ...{ id: 'hub-wear', name: 'Written to the card', kind: 'hub_wear', severity: 'info' },
    ...{ for_s: 60 * MINUTE_S, on_at: 10, off_at: 8 },
  },
  {
    ...{ id: 'card-used', name: 'Life of the card', kind: 'card_used', severity: 'warning' },
    ...{ for_s: 0, on_at: 80, off_at: 75 },
  },
  {
    ...{ id: 'central-behind', name: 'Central behind', kind: 'central_behind', severity: 'warning' },
    ...{ for_s: 10 * MINUTE_S, on_at: 120, off_at: 10 },
  },
  {
    ...{ id: 'backup-old', name: 'Old backup', kind: 'backup_old', severity: 'warning' },
    ...{ for_s: 90 * MINUTE_S, on_at: 26, off_at: 25 },
  },
  {
    ...{ id: 'certificate-ends', name: 'Certificate', kind: 'certificate_ends', severity: 'warning' },
    ...{ for_s: 0, on_at: 14, off_at: 15, repeat_min: 7 * DAY_MIN },
  },
  {
    ...{ id: 'failed-logins', name: 'Refused logins', kind: 'failed_logins', severity: 'warning' },
    ...{ for_s: 0, on_at: 30, off_at: 10 },
  },
]

const NIGHT = { from: 22 * 60, to: 7 * 60 }
const KNOWN = 'alert_rules_seeded'

/** Makes the rules that this house never had; one that a person removed does not come back. */
export function seedRules(context: Context): void {
  const { db, now } = context
  const known = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KNOWN) as string | undefined
  const had = new Set(known === undefined ? [] : (JSON.parse(known) as string[]))
  const missing = SEEDED.filter(({ id }) => !had.has(id))
  if (missing.length === 0) return
  const insert = db.prepare(
    'INSERT INTO alert_rules (id, name, kind, measures, word, on_at, off_at, for_s, severity, quiet_from, quiet_to, repeat_min, is_enabled, created_at, updated_at) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (id) DO NOTHING',
  )
  for (const { measures = [], word = null, on_at = null, off_at = null, repeat_min = null, ...rule } of missing)
    insert.run(
      ...[rule.id, rule.name, rule.kind, JSON.stringify(measures), word, on_at, off_at, rule.for_s, rule.severity],
      ...[NIGHT.from, NIGHT.to, repeat_min, now, now],
    )
  const all = JSON.stringify([...had, ...missing.map(({ id }) => id)])
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KNOWN, all)
}
