import type { Database } from '../../../shared/sqlite/open.ts'
import type { AlertRule } from './rule-row.ts'

export interface LookedDevice {
  id: string
  name: string
  house: string
  status: string
  reason: string
}

/** A condition on the device `d` for what a rule is about, and its values. Who was shut out is nobody's trouble. */
export function devicesOf(rule: AlertRule): { sql: string; values: string[] } {
  const limits = [
    ['d.house_id', rule.house_id],
    ['d.room_id', rule.room_id],
    ['d.group_id', rule.group_id],
    ['d.id', rule.device_id],
  ] as const
  const given = limits.flatMap(([column, value]) => (value === null ? [] : [{ column, value }]))
  return {
    sql: ['d.revoked_at IS NULL', ...given.map(({ column }) => `${column} = ?`)].join(' AND '),
    values: given.map(({ value }) => value),
  }
}

/** The devices that a rule is about, as they are now. */
export function lookedDevices(db: Database, rule: AlertRule): LookedDevice[] {
  const { sql, values } = devicesOf(rule)
  return db
    .prepare(
      `SELECT d.id, d.name, d.house_id AS house, d.status, d.status_reason AS reason FROM devices d WHERE ${sql} ORDER BY d.name, d.id`,
    )
    .all(...values) as LookedDevice[]
}
