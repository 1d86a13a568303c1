import { shortHash, slug } from '../../../shared/ids.ts'
import { SENSORS_KEPT_PER_DEVICE, SENSORS_PER_DEVICE } from '../../../shared/limits.ts'
import { deviceClassOf } from '../../../shared/sensor-range.ts'
import { SENSOR_KINDS } from '../../../shared/sensors/index.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { endSensorAlarms } from './alarms.ts'
import { clearState } from './retained-state.ts'

/** A sensor as a device declares it. */
export interface SensorDeclaration {
  key: string
  kind: string
  unit: string
  name?: string
}

export interface Entity {
  id: string
  entityId: string
  name: string
  kind: string
  unit: string
  /** False once the device no longer has it. */
  enabled: boolean
}

/** Sensors as entities: the first birth or reading of (device, sensor) makes a row of `device_entities`. */
export class Entities {
  #byDevice = new Map<string, Map<string, Entity>>()
  #read: Statement
  #insert: Statement
  #update: Statement
  #enable: Statement
  #taken: Statement
  /** Told of a sensor that was gone and is back. */
  onReturned: (entity: Entity) => void = () => {}

  constructor(db: Database) {
    this.#read = db.prepare(
      'SELECT id, entity_id, unique_id, unit_of_measurement, attributes, name, is_enabled FROM device_entities WHERE device_id = ?',
    )
    this.#insert = db.prepare(
      'INSERT INTO device_entities (id, device_id, entity_id, unique_id, name, entity_type, device_class, attributes, ' +
        'unit_of_measurement, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#update = db.prepare(
      'UPDATE device_entities SET name = ?, device_class = ?, unit_of_measurement = ?, attributes = json_patch(attributes, ?), updated_at = ? WHERE id = ?',
    )
    this.#enable = db.prepare('UPDATE device_entities SET is_enabled = ?, updated_at = ? WHERE id = ?')
    this.#taken = db.prepare('SELECT 1 FROM device_entities WHERE entity_id = ?').pluck()
  }

  /** How many sensors more the device may have now. */
  room(device: string): number {
    let enabled = 0
    for (const entity of this.of(device).values()) if (entity.enabled) enabled += 1
    return Math.max(0, SENSORS_PER_DEVICE - enabled)
  }

  /** Whether the device has this sensor, or may have it too. */
  hasRoomFor(device: string, sensor: string): boolean {
    const known = this.of(device)
    const present = known.get(sensor)
    if (present?.enabled) return true
    return this.room(device) > 0 && (present !== undefined || known.size < SENSORS_KEPT_PER_DEVICE)
  }

  /** The device no longer has it: its place and its history stay. Says whether it had it. */
  retire(context: Context, device: string, sensor: string): boolean {
    const entity = this.find(device, sensor)
    if (!entity?.enabled) return false
    this.#enable.run(0, context.now, entity.id)
    entity.enabled = false
    clearState(context, device, sensor)
    endSensorAlarms(context, device, sensor)
    return true
  }

  /** The entity of a sensor, made when it is new, renamed when its declaration changed, brought back when it was gone. */
  declare(context: Context, device: string, sensor: SensorDeclaration): Entity {
    const known = this.of(device)
    const present = known.get(sensor.key)
    const kind = SENSOR_KINDS.get(sensor.kind)
    const attributes = JSON.stringify({ kind: sensor.kind })
    // A reading carries no name: what the birth said stays.
    const name = sensor.name ?? present?.name ?? (kind ? kind.label : sensor.key.replaceAll('_', ' '))
    if (present && !present.enabled) {
      this.#enable.run(1, context.now, present.id)
      present.enabled = true
      this.onReturned(present)
    }
    if (present) {
      if (present.kind === sensor.kind && present.unit === sensor.unit && present.name === name) return present
      this.#update.run(name, deviceClassOf(sensor.kind, sensor.unit), sensor.unit, attributes, context.now, present.id)
      return Object.assign(present, { name, kind: sensor.kind, unit: sensor.unit })
    }
    const type = kind?.binary ? 'binary_sensor' : 'sensor'
    const unique = `${device}_${sensor.key}`
    const entity: Entity = {
      id: context.id(),
      entityId: this.#freeEntityId(`${type}.${slug(device, '_')}_${sensor.key}`, unique),
      name,
      kind: sensor.kind,
      unit: sensor.unit,
      enabled: true,
    }
    const now = context.now
    this.#insert.run(
      entity.id,
      device,
      entity.entityId,
      unique,
      name,
      type,
      deviceClassOf(sensor.kind, sensor.unit),
      attributes,
      sensor.unit,
      now,
      now,
    )
    known.set(sensor.key, entity)
    return entity
  }

  find(device: string, sensor: string): Entity | undefined {
    return this.of(device).get(sensor)
  }

  of(device: string): Map<string, Entity> {
    let known = this.#byDevice.get(device)
    if (!known) {
      known = new Map()
      for (const row of this.#read.all(device) as EntityRow[]) {
        const sensor = row.unique_id?.slice(device.length + 1)
        if (sensor === undefined) continue
        const { kind } = JSON.parse(row.attributes) as { kind?: string }
        known.set(sensor, {
          id: row.id,
          entityId: row.entity_id,
          name: row.name,
          kind: kind ?? 'number',
          unit: row.unit_of_measurement ?? '',
          enabled: row.is_enabled === 1,
        })
      }
      this.#byDevice.set(device, known)
    }
    return known
  }

  forget(): void {
    this.#byDevice.clear()
  }

  /** Sensor `b_c` of device `a` and sensor `c` of device `a-b` would have one id: the later one gets a tail of its own. */
  #freeEntityId(wanted: string, unique: string): string {
    return this.#taken.get(wanted) === undefined ? wanted : `${wanted}_${shortHash(unique)}`
  }
}

interface EntityRow {
  id: string
  entity_id: string
  unique_id: string | null
  unit_of_measurement: string | null
  attributes: string
  name: string
  is_enabled: 0 | 1
}
