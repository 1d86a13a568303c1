import type { RefusedSensor } from '../../../shared/introduced-sensors.ts'
import { describeRefused, readSensors } from '../../../shared/introduced-sensors.ts'
import type { Birth } from '../../../shared/messages/birth.ts'
import type { Context } from '../../engine/context.ts'
import type { Origin, PartlyRefused } from '../../engine/feature.ts'
import type { Entities } from './entities.ts'

/**
 * Takes the sensors of a birth: those it no longer names leave, those that are as they should be come or stay, in its
 * order, and the others are named to the device and to the house. One wrong sensor silences no other.
 */
export class Introductions {
  #entities: Entities
  /** What each device was last told, so that the house hears of it once and not at every connect. */
  #told = new Map<string, string>()

  constructor(entities: Entities) {
    this.#entities = entities
  }

  take(context: Context, birth: Birth, { device, house }: Origin): PartlyRefused | undefined {
    const { sensors, refused } = readSensors(birth.sensors)
    if (birth.partial !== true) this.#retire(context, device, { named: sensors.map(({ key }) => key), refused })
    for (const sensor of sensors) {
      const refusal = this.#entities.refusal(device, sensor.key)
      if (refusal === null) this.#entities.declare(context, device, sensor)
      else refused.push({ key: sensor.key, ...refusal })
    }
    const reason = describeRefused(refused)
    if (reason !== null && reason !== this.#told.get(device)) {
      context.addEvent({
        type: 'sensors_refused',
        device,
        house,
        description: reason,
        data: { sensors: refused.map(({ key }) => key).slice(0, 100), count: refused.length },
      })
    }
    context.committed(() => {
      if (reason === null) this.#told.delete(device)
      else this.#told.set(device, reason)
    })
    const [first] = refused
    return first && reason !== null ? { code: first.code, reason } : undefined
  }

  /** A sensor that was refused is named all the same, as far as its name can be read. */
  #retire(context: Context, device: string, birth: { named: string[]; refused: readonly RefusedSensor[] }): void {
    const named = new Set([...birth.named, ...birth.refused.map(({ key }) => key)])
    if (birth.refused.some(({ key }) => !/^[a-z0-9_]+$/.test(key))) return
    this.#entities.retireOthers(context, device, named)
  }
}
