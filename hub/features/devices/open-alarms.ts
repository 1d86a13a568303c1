import type { Severity } from '../../../shared/messages/event.ts'
import type { Database } from '../../../shared/sqlite/open.ts'

/** Something that is wrong with a device until its all-clear comes. */
export interface OpenAlarm {
  type: string
  severity: Severity
  since: number
  /** The sensor, or the source of sensors, that it is about; `null`: the device. */
  part: string | null
  description: string
}

/** What is wrong with a device now, the newest first; all of it, or not more than `limit`. */
export function openAlarms(db: Database, device: string, limit = -1): OpenAlarm[] {
  return db
    .prepare(
      'SELECT event_type AS type, severity, since, coalesce(sensor, source) AS part, description FROM device_alarms ' +
        'WHERE device_id = ? AND since IS NOT NULL ORDER BY since DESC, subject LIMIT ?',
    )
    .all(device, limit) as OpenAlarm[]
}
