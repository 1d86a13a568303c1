import type { Database } from '../../../shared/sqlite/open.ts'
import type { AlertSeverity } from './rule-kinds.ts'

/** A row of `alerts`, its list read. */
export interface AlertRow {
  id: number
  rule: string
  subject: string
  kind: string
  severity: AlertSeverity
  house_id: string | null
  device_id: string | null
  entity_id: string | null
  name: string
  says: string
  is_open: 0 | 1
  occurrence: number
  raised_at: number
  ended_at: number | null
  ended_says: string | null
  acknowledged_at: number | null
  acknowledged_by: string | null
  snoozed_until: number | null
  lately: number[]
  flapping_since: number | null
}

type StoredAlert = Omit<AlertRow, 'lately'> & { lately: string }

export function readAlert(row: StoredAlert): AlertRow {
  return { ...row, lately: JSON.parse(row.lately) as number[] }
}

/** Those that are open, and those that come and go. */
export function livingAlerts(db: Database): AlertRow[] {
  const rows = db.prepare('SELECT * FROM alerts WHERE is_open = 1 OR flapping_since IS NOT NULL ORDER BY id').all()
  return (rows as StoredAlert[]).map(readAlert)
}

export function alertOf(db: Database, { rule, subject }: { rule: string; subject: string }): AlertRow | undefined {
  const row = db.prepare('SELECT * FROM alerts WHERE rule = ? AND subject = ?').get(rule, subject)
  return row === undefined ? undefined : readAlert(row as StoredAlert)
}

export function alertById(db: Database, id: number): AlertRow | undefined {
  const row = db.prepare('SELECT * FROM alerts WHERE id = ?').get(id)
  return row === undefined ? undefined : readAlert(row as StoredAlert)
}
