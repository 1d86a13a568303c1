import { LaresError } from '../../../shared/errors.ts'
import { shortHash, slug } from '../../../shared/ids.ts'
import { ENTITIES_PER_DEVICE, SENSORS_KEPT_PER_DEVICE, SENSORS_PER_DEVICE } from '../../../shared/limits.ts'
import { deviceClassOf } from '../../../shared/sensor-range.ts'
import { SENSOR_KINDS } from '../../../shared/sensors/index.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { PartlyRefused } from '../../engine/feature.ts'
import { endSensorAlarms } from './alarms.ts'
import { type Entity, OWN_SOURCE } from './entity.ts'
import { type EntityDescription, type ReadDescription, readDescription } from './entity-description.ts'
import { entityKeyOf } from './entity-keys.ts'
import { EntityRows } from './entity-rows.ts'
import { clearState } from './retained-state.ts'

/** A sensor as a device declares it. */
export interface SensorDeclaration {
  key: string
  kind: string
  unit: string
  name?: string
}

/**
 * What the devices of the house have. A device that speaks for itself declares its sensors: the first birth or reading of
 * (device, sensor) makes one. What a bridge or a connection knows of is registered.
 */
export class Entities {
  #rows: EntityRows
  /** Told of an entity whose topic is empty although it has a state: it was gone and is back, or came from elsewhere. */
  onReturned: (entity: Entity) => void = () => {}

  constructor(db: Database) {
    this.#rows = new EntityRows(db)
  }

  /** Those of a device by their keys, those that left included. */
  of(device: string): ReadonlyMap<string, Entity> {
    return this.#rows.of(device)
  }

  find(device: string, key: string): Entity | undefined {
    return this.of(device).get(key)
  }

  /** What a bridge or connection calls so. */
  named(source: string, entityId: string): Entity | undefined {
    return this.#rows.named(source, entityId)
  }

  /** What a bridge or connection identifies so. */
  identified(source: string, uniqueId: string): Entity | undefined {
    return this.#rows.identified(source, uniqueId)
  }

  /** Why the device may not have this sensor too; `null`: it has it, or may have it. */
  refusal(device: string, sensor: string): PartlyRefused | null {
    const present = this.find(device, sensor)
    if (present && present.source !== OWN_SOURCE)
      return { code: 'bad_message', reason: `is what an entity of ${present.source} is called on this device` }
    if (present?.enabled) return null
    const own = this.#own(device)
    const isFull = own.filter(({ enabled }) => enabled).length >= SENSORS_PER_DEVICE
    if (!isFull && (present || own.length < SENSORS_KEPT_PER_DEVICE)) return null
    return { code: 'too_many_sensors', reason: `the device has ${SENSORS_PER_DEVICE} sensors already` }
  }

  /** The device no longer has it: its place and its history stay. Says whether it had it. */
  retire(context: Context, device: string, key: string): boolean {
    const entity = this.find(device, key)
    if (!entity?.enabled) return false
    this.#rows.enable(entity, false, context.now)
    clearState(context, device, key)
    endSensorAlarms(context, device, key)
    return true
  }

  /** The device itself no longer has what it does not name here. */
  retireOthers(context: Context, device: string, named: ReadonlySet<string>): void {
    for (const { key } of this.#own(device)) if (!named.has(key)) this.retire(context, device, key)
  }

  /** The entity of a sensor or output, made when it is new, changed with its declaration, brought back when it was gone. */
  declare(context: Context, device: string, sensor: SensorDeclaration): Entity {
    const { key, unit } = sensor
    const present = this.find(device, key)
    const kind = SENSOR_KINDS.get(sensor.kind)
    // A reading carries no name: what the birth said stays.
    const name = sensor.name ?? present?.name ?? (kind ? kind.label : key.replaceAll('_', ' '))
    const type = kind?.output ?? (kind?.binary ? 'binary_sensor' : 'sensor')
    const look = { name, type, kind: sensor.kind, unit, deviceClass: deviceClassOf(sensor.kind, unit) }
    // An entity id begins with the type.
    if (present?.type === type) return this.#again(context, present, look)
    const uniqueId = `${device}_${key}`
    const entityId = this.#freeEntityId(`${type}.${slug(device, '_')}_${key}`, uniqueId)
    if (present) return this.#again(context, present, { ...look, entityId })
    return this.#add(context, { device, source: OWN_SOURCE, key, entityId, uniqueId, icon: null, ...look })
  }

  /**
   * The entity of a bridge or connection: made when it is new, changed where it is described otherwise, brought back when it
   * was gone. Who has the unique id is the same entity, whatever it is called and whichever device it belongs to by now; one
   * without is known by its entity id. What its source calls so by now takes the name from what was called so before.
   *
   * Calling it again with the same description changes nothing. Throws `bad_message` when the ids cannot be used, and
   * `too_many_sensors`.
   */
  register(context: Context, given: EntityDescription): Entity {
    const read = readDescription(given)
    const { device, source, entityId, uniqueId } = read
    if (source === OWN_SOURCE) throw new Error(`${OWN_SOURCE} is the source of what devices say of themselves`)
    const present = this.#registered(read)
    if (present?.device !== device && this.of(device).size >= ENTITIES_PER_DEVICE)
      throw new LaresError('too_many_sensors', `the device ${device} has ${ENTITIES_PER_DEVICE} entities already`)
    const other = this.named(source, entityId)
    if (other && other !== present) this.#rename(context, other)
    if (!present) return this.#add(context, { ...read, key: this.#freeKey(device, read) })
    if (present.device !== device) this.#move(context, present, { device, key: this.#freeKey(device, read) })
    // Who says no unique id has not taken it away.
    return this.#again(context, present, { ...read, uniqueId: uniqueId ?? present.uniqueId })
  }

  /** At start: a row of another program may have a key that can stand on no topic. */
  start(context: Context): void {
    for (const entity of this.#rows.unnamed())
      this.#rows.change(entity, { key: this.#freeKey(entity.device, entity) }, context.now)
  }

  forget(): void {
    this.#rows.forget()
  }

  #own(device: string): Entity[] {
    return [...this.of(device).values()].filter(({ source }) => source === OWN_SOURCE)
  }

  #registered({ source, entityId, uniqueId }: ReadDescription): Entity | undefined {
    const same = uniqueId === null ? undefined : this.#rows.identified(source, uniqueId)
    if (same) return same
    const called = this.named(source, entityId)
    return called && (called.uniqueId === null || uniqueId === null) ? called : undefined
  }

  /** Until its source says what it is called now. */
  #rename(context: Context, entity: Entity): void {
    const { entityId, uniqueId, id } = entity
    this.#rows.change(entity, { entityId: `${entityId}_${shortHash(uniqueId ?? id)}` }, context.now)
  }

  #move(context: Context, entity: Entity, to: { device: string; key: string }): void {
    clearState(context, entity.device, entity.key)
    this.#rows.change(entity, to, context.now)
    this.onReturned(entity)
  }

  #freeKey(device: string, { source, entityId, uniqueId }: Pick<Entity, 'source' | 'entityId' | 'uniqueId'>): string {
    return entityKeyOf(entityId, `${source} ${uniqueId ?? entityId}`, (key) => this.of(device).has(key))
  }

  #add(context: Context, entity: Omit<Entity, 'id' | 'enabled'>): Entity {
    return this.#rows.add({ id: context.id(), ...entity, enabled: true }, context.now)
  }

  #again(context: Context, entity: Entity, look: Parameters<EntityRows['change']>[1]): Entity {
    this.#rows.change(entity, look, context.now)
    if (!entity.enabled) {
      this.#rows.enable(entity, true, context.now)
      this.onReturned(entity)
    }
    return entity
  }

  /** Sensor `b_c` of device `a` and sensor `c` of device `a-b` would have one id: the later one gets a tail of its own. */
  #freeEntityId(wanted: string, unique: string): string {
    return this.named(OWN_SOURCE, wanted) === undefined ? wanted : `${wanted}_${shortHash(unique)}`
  }
}
