import { LaresError } from '../../../shared/errors.ts'
import { slug } from '../../../shared/ids.ts'
import { SENSORS_PER_DEVICE } from '../../../shared/limits.ts'
import { SENSOR_KINDS } from '../../../shared/sensors/index.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'

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
}

/** Sensors as entities: the first birth or reading of (device, sensor) makes a row of `device_entities`. */
export class Entities {
  #byDevice = new Map<string, Map<string, Entity>>()
  #read: Statement
  #insert: Statement
  #update: Statement

  constructor(db: Database) {
    this.#read = db.prepare(
      'SELECT id, entity_id, unique_id, unit_of_measurement, attributes, name FROM device_entities WHERE device_id = ?',
    )
    this.#insert = db.prepare(
      'INSERT INTO device_entities (id, device_id, entity_id, unique_id, name, entity_type, device_class, attributes, ' +
        'unit_of_measurement, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#update = db.prepare(
      'UPDATE device_entities SET name = ?, device_class = ?, unit_of_measurement = ?, attributes = json_patch(attributes, ?), updated_at = ? WHERE id = ?',
    )
  }

  /** Throws `too_many_sensors` before anything is written. */
  checkRoom(device: string, sensors: Iterable<string>): void {
    const known = this.of(device)
    const added = new Set([...sensors].filter((sensor) => !known.has(sensor)))
    if (known.size + added.size > SENSORS_PER_DEVICE) {
      throw new LaresError(
        'too_many_sensors',
        `the device has ${known.size} sensors and would have ${known.size + added.size}`,
      )
    }
  }

  /** The entity of a sensor, made when it is new, renamed when its declaration changed. */
  declare(context: Context, device: string, sensor: SensorDeclaration): Entity {
    const known = this.of(device)
    const present = known.get(sensor.key)
    const kind = SENSOR_KINDS.get(sensor.kind)
    const attributes = JSON.stringify({ kind: sensor.kind })
    // A reading carries no name: what the birth said stays.
    const name = sensor.name ?? present?.name ?? (kind ? kind.label : sensor.key.replaceAll('_', ' '))
    if (present) {
      if (present.kind === sensor.kind && present.unit === sensor.unit && present.name === name) return present
      this.#update.run(name, kind?.deviceClass ?? null, sensor.unit, attributes, context.now, present.id)
      return Object.assign(present, { name, kind: sensor.kind, unit: sensor.unit })
    }
    const entity: Entity = {
      id: context.id(),
      entityId: `${kind?.binary ? 'binary_sensor' : 'sensor'}.${slug(device, '_')}_${sensor.key}`,
      name,
      kind: sensor.kind,
      unit: sensor.unit,
    }
    const type = kind?.binary ? 'binary_sensor' : 'sensor'
    const unique = `${device}_${sensor.key}`
    const now = context.now
    this.#insert.run(
      entity.id,
      device,
      entity.entityId,
      unique,
      name,
      type,
      kind?.deviceClass ?? null,
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
        })
      }
      this.#byDevice.set(device, known)
    }
    return known
  }

  forget(): void {
    this.#byDevice.clear()
  }
}

interface EntityRow {
  id: string
  entity_id: string
  unique_id: string | null
  unit_of_measurement: string | null
  attributes: string
  name: string
}
