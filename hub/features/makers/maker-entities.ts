import { LaresError } from '../../../shared/errors.ts'
import { deviceClassOf } from '../../../shared/sensor-range.ts'
import { SENSOR_KINDS } from '../../../shared/sensors/index.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { OutsideOrders } from '../control/outside-orders.ts'
import type { Directory } from '../devices/directory.ts'
import type { Entities } from '../devices/entities.ts'
import type { MakerEntity } from './inputs.ts'
import { announcedBy, type MakerRow, type MakerRows } from './maker-rows.ts'

/** Of numbers of which only that is known. */
const PLAIN = 'number'

export interface MakerEntitiesParts {
  db: Database
  rows: MakerRows
  directory: Directory
  entities: Entities
  orders: OutsideOrders
}

/** Makes what an accepted device announced the entities of its device, and retires what it does not announce any more. */
export class MakerEntities {
  #parts: MakerEntitiesParts

  constructor(parts: MakerEntitiesParts) {
    this.#parts = parts
  }

  /** Called again, it changes what is announced otherwise, and nothing else. One that cannot be taken keeps none of the others. */
  register(context: Context, row: MakerRow): void {
    const { db, rows, entities, directory, orders } = this.#parts
    const device = row.device_id === null ? null : directory.find(row.device_id)
    if (device === null) return
    const named = new Set<string>()
    let refusal: string | null = null
    for (const entity of announcedBy(db, row.id).entities) {
      // What its maker expects to be of no use is known and not connected.
      if (!entity.enabled) continue
      try {
        const registered = entities.register(context, described(entity, { source: row.source, device }))
        orders.take(registered, entity)
        named.add(registered.key)
      } catch (error) {
        if (!(error instanceof LaresError)) throw error
        refusal ??= `${entity.entityId}: ${error.message}`
      }
    }
    for (const { key, source, enabled } of [...entities.of(device.id).values()])
      if (enabled && source === row.source && !named.has(key)) entities.retire(context, device.id, key)
    rows.registered(row.id, refusal)
  }
}

function described(entity: MakerEntity, of: { source: string; device: { id: string; name: string } }) {
  const { uniqueId, entityId, component, deviceClass, icon, measures, name } = entity
  return {
    ...{ device: of.device.id, source: of.source, entityId, uniqueId, icon, deviceClass },
    name: name ?? of.device.name,
    type: component,
    measures: measures && { kind: kindOf(deviceClass, measures.unit), unit: measures.unit },
  }
}

/** The kind of what is measured: the one that Home Assistant's class is of, where the unit is one of its own. */
function kindOf(deviceClass: string | null, unit: string): string {
  if (deviceClass === null) return PLAIN
  const kinds = [...SENSOR_KINDS.values()].filter((kind) => kind.deviceClass === deviceClass && !kind.binary)
  return kinds.find(({ kind }) => deviceClassOf(kind, unit) !== null)?.kind ?? PLAIN
}
