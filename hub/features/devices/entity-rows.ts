import { isDeepStrictEqual } from 'node:util'
import { SENSOR_KEY } from '../../../shared/ids.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Entity, EntityLook } from './entity.ts'

/** The entities of each device as the table has them, read when a device is first asked for. */
export class EntityRows {
  #byDevice = new Map<string, Map<string, Entity>>()
  #read: Statement
  #insert: Statement
  #update: Statement
  #enable: Statement
  #odd: Statement
  #named: Statement
  #identified: Statement

  constructor(db: Database) {
    this.#read = db.prepare(
      'SELECT id, device_id AS device, source, key, entity_id AS entityId, unique_id AS uniqueId, name, entity_type AS type, ' +
        "device_class AS deviceClass, sensor_type AS kind, coalesce(unit_of_measurement, '') AS unit, icon, " +
        'is_enabled = 1 AS enabled FROM device_entities WHERE device_id = ?',
    )
    this.#insert = db.prepare(
      'INSERT INTO device_entities (id, device_id, source, key, entity_id, unique_id, name, entity_type, device_class, ' +
        'sensor_type, unit_of_measurement, icon, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#update = db.prepare(
      'UPDATE device_entities SET device_id = ?, key = ?, entity_id = ?, unique_id = ?, name = ?, entity_type = ?, ' +
        'device_class = ?, sensor_type = ?, unit_of_measurement = ?, icon = ?, updated_at = ? WHERE id = ?',
    )
    this.#enable = db.prepare('UPDATE device_entities SET is_enabled = ?, updated_at = ? WHERE id = ?')
    this.#odd = db
      .prepare(
        "SELECT DISTINCT device_id FROM device_entities WHERE key GLOB '*[^a-z0-9_]*' OR length(key) NOT BETWEEN 1 AND 40",
      )
      .pluck()
    this.#named = db.prepare('SELECT device_id, key FROM device_entities WHERE entity_id = ? AND source = ?').raw()
    this.#identified = db.prepare('SELECT device_id, key FROM device_entities WHERE unique_id = ? AND source = ?').raw()
  }

  /** By their keys. */
  of(device: string): ReadonlyMap<string, Entity> {
    return this.#of(device)
  }

  named(source: string, entityId: string): Entity | undefined {
    return this.#at(this.#named.get(entityId, source))
  }

  identified(source: string, uniqueId: string): Entity | undefined {
    return this.#at(this.#identified.get(uniqueId, source))
  }

  /** Those whose keys can stand on no topic: this program wrote none of them. */
  unnamed(): Entity[] {
    const devices = this.#odd.all() as string[]
    return devices.flatMap((device) => [...this.#of(device).values()].filter(({ key }) => !SENSOR_KEY.test(key)))
  }

  add(entity: Entity, now: number): Entity {
    const { id, device, source, key } = entity
    this.#insert.run(id, device, source, key, ...looks(entity), now, now)
    this.#of(device).set(key, entity)
    return entity
  }

  /** Says whether anything is otherwise now. */
  change(entity: Entity, look: Partial<EntityLook>, now: number): boolean {
    const changed = { ...entity, ...look }
    if (isDeepStrictEqual(changed, entity)) return false
    this.#update.run(changed.device, changed.key, ...looks(changed), now, entity.id)
    this.#of(entity.device).delete(entity.key)
    Object.assign(entity, look)
    this.#of(entity.device).set(entity.key, entity)
    return true
  }

  enable(entity: Entity, enabled: boolean, now: number): void {
    this.#enable.run(enabled ? 1 : 0, now, entity.id)
    entity.enabled = enabled
  }

  forget(): void {
    this.#byDevice.clear()
  }

  #of(device: string): Map<string, Entity> {
    let known = this.#byDevice.get(device)
    if (!known) {
      const rows = this.#read.all(device) as (Omit<Entity, 'enabled'> & { enabled: 0 | 1 })[]
      known = new Map(rows.map((row) => [row.key, { ...row, enabled: row.enabled === 1 }]))
      this.#byDevice.set(device, known)
    }
    return known
  }

  #at(place: unknown): Entity | undefined {
    const [device, key] = (place ?? []) as [string?, string?]
    return device === undefined || key === undefined ? undefined : this.#of(device).get(key)
  }
}

function looks(entity: EntityLook): unknown[] {
  const { entityId, uniqueId, name, type, deviceClass, kind, unit, icon } = entity
  return [entityId, uniqueId, name, type, deviceClass, kind, unit, icon]
}
