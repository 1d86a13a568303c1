import type { Wire } from '../../../shared/codec.ts'
import { SENSOR_KINDS } from '../../../shared/sensors/index.ts'
import type { Context } from '../../engine/context.ts'
import type { Origin, PartlyRefused } from '../../engine/feature.ts'
import type { Directory } from '../devices/directory.ts'
import type { Entities } from '../devices/entities.ts'
import { type Entity, OWN_SOURCE } from '../devices/entity.ts'

/** A sensor of a device that speaks for itself. */
type Sensor = Entity & { kind: string }

type Item = Wire<'readings'>['items'][number]

/** The sensors that readings name, some of which nobody introduced. */
export class ReadingSensors {
  #entities: Entities
  #directory: Directory

  constructor({ entities, directory }: { entities: Entities; directory: Directory }) {
    this.#entities = entities
    this.#directory = directory
  }

  /**
   * Where a value belongs, or why the device may not have this sensor too. A reading's own kind and unit win; a device that
   * said them at birth leaves them out.
   */
  of(context: Context, item: Item, { device, lane }: Origin): Sensor | PartlyRefused {
    const entities = this.#entities
    const known = entities.find(device, item.sensor)
    const kind = item.kind ?? known?.kind ?? 'number'
    const unit = item.unit ?? known?.unit ?? SENSOR_KINDS.get(kind)?.unit ?? ''
    const isOwn = known?.source === OWN_SOURCE
    if (isOwn && known.enabled && known.kind === kind && known.unit === unit) return known as Sensor
    const refusal = entities.refusal(device, item.sensor)
    // It is history of a sensor that is gone.
    if (isOwn && !known.enabled && (refusal || !this.#returns(item, { device, lane }))) return { ...known, kind, unit }
    return refusal ?? (entities.declare(context, device, { key: item.sensor, kind, unit }) as Sensor)
  }

  /**
   * Whether a reading brings back the sensor it names. Only the birth of a device that introduces itself does, unless its
   * readings say what they are; what waited in an outbox is of the time when the sensor was still there.
   */
  #returns(item: Item, { device, lane }: Pick<Origin, 'device' | 'lane'>): boolean {
    if (lane === 'backlog') return false
    return item.kind !== undefined || this.#directory.find(device)?.connects === 0
  }
}
