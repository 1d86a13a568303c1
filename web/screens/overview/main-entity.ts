import type { EntityLine } from '../../hub/answers.ts'

/** What people want to see of a device at a glance, the first kind that it has. */
const SWITCHED = ['light', 'switch', 'cover', 'lock', 'climate', 'fan', 'siren', 'humidifier']
const WATCHED = [
  'door',
  'window',
  'garage_door',
  'opening',
  'motion',
  'occupancy',
  'smoke',
  'moisture',
  'gas',
  'presence',
]

/** What people want to see measured, the first that a device has. */
const LOVED = ['temperature', 'humidity', 'power', 'battery', 'load']
/** The entity that stands for a device: what is switched, or a contact or motion; `undefined` where that is a measured number. */
export function mainEntity<T extends Pick<EntityLine, 'entity_type' | 'device_class' | 'is_enabled' | 'key'>>(
  entities: readonly T[],
): T | undefined {
  const rank = ({ entity_type, device_class }: T) => {
    const switched = SWITCHED.indexOf(entity_type)
    if (switched !== -1) return switched
    const watched = entity_type === 'binary_sensor' ? WATCHED.indexOf(device_class ?? '') : -1
    return watched === -1 ? Number.POSITIVE_INFINITY : SWITCHED.length + watched
  }
  return entities
    .filter((entity) => entity.is_enabled && rank(entity) < Number.POSITIVE_INFINITY)
    .sort((a, b) => rank(a) - rank(b) || a.key.localeCompare(b.key))[0]
}

/** The sensor that says most about a device. */
export function lovedOf<T extends { sensor: string; sensor_type: string }>(sensors: readonly T[]): T | undefined {
  const rank = ({ sensor_type, sensor }: T) => {
    const place = LOVED.findIndex((kind) => sensor_type === kind || sensor.includes(kind))
    return place === -1 ? LOVED.length : place
  }
  return [...sensors].sort((a, b) => rank(a) - rank(b) || a.sensor.localeCompare(b.sensor))[0]
}
