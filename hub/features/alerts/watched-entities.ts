import type { Database } from '../../../shared/sqlite/open.ts'
import { devicesOf } from './looked-devices.ts'
import type { AlertRule } from './rule-row.ts'

/** An entity that a rule looks at. */
export interface WatchedEntity {
  id: string
  name: string
  type: string
  device: string
  house: string
  unit: string
}

interface Row extends WatchedEntity {
  device_name: string
}

/** Whatever a house has, a rule looks at no more: it looks at them again and again. */
const MOST = 10_000

/** The entities that a rule is about, those that are gone left out. */
export function watchedEntities(db: Database, rule: AlertRule): WatchedEntity[] {
  const { sql, values } = devicesOf(rule)
  const measures = JSON.stringify(rule.measures)
  const rows = db
    .prepare(
      'SELECT e.id, e.name, e.entity_type AS type, d.id AS device, d.house_id AS house, d.name AS device_name, ' +
        "coalesce(e.unit_of_measurement, '') AS unit FROM device_entities e JOIN devices d ON d.id = e.device_id " +
        `WHERE e.is_enabled = 1 AND ${sql} AND (:entity IS NULL OR e.id = :entity) AND (:measures = '[]' OR ` +
        'e.device_class IN (SELECT value FROM json_each(:measures)) OR e.sensor_type IN (SELECT value FROM json_each(:measures))) ' +
        `ORDER BY d.name, e.name, e.id LIMIT ${MOST}`,
    )
    .all(...values, { entity: rule.entity_id, measures }) as Row[]
  return rows.map(({ device_name, ...entity }) => ({ ...entity, name: called(entity.name, device_name) }))
}

/** As people call it: many names begin with that of their device. */
function called(name: string, device: string): string {
  if (name === '') return device
  return name.toLowerCase().startsWith(device.toLowerCase()) ? name : `${device} ${name}`
}
