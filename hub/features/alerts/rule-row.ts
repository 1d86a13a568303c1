import type { Database } from '../../../shared/sqlite/open.ts'
import type { AlertSeverity, RuleKindName } from './rule-kinds.ts'

/** Who is told, and after how many minutes without acknowledgement. */
export interface RuleTarget {
  target: string
  after_min: number
}

/** A row of `alert_rules`, its lists read. */
export interface AlertRule {
  id: string
  name: string
  kind: RuleKindName
  house_id: string | null
  room_id: string | null
  group_id: string | null
  device_id: string | null
  entity_id: string | null
  measures: string[]
  word: string | null
  on_at: number | null
  off_at: number | null
  for_s: number
  severity: AlertSeverity
  targets: RuleTarget[]
  quiet_from: number | null
  quiet_to: number | null
  repeat_min: number | null
  is_enabled: 0 | 1
}

type StoredRule = Omit<AlertRule, 'measures' | 'targets'> & { measures: string; targets: string }

/** All rules, by their names. */
export function alertRuleRows(db: Database): AlertRule[] {
  return (db.prepare('SELECT * FROM alert_rules ORDER BY name, id').all() as StoredRule[]).map(readRule)
}

export function readRule(row: StoredRule): AlertRule {
  return {
    ...row,
    measures: JSON.parse(row.measures) as string[],
    targets: JSON.parse(row.targets) as RuleTarget[],
  }
}
