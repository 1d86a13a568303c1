import type { Context } from '../../engine/context.ts'
import type { Entities } from '../devices/entities.ts'
import type { LatestStates } from '../telemetry/latest.ts'
import type { Observations } from '../telemetry/observations.ts'
import type { MakerReach } from './maker-reach.ts'
import type { MakerRow, MakerRows } from './maker-rows.ts'
import type { MakerSource } from './maker-sources.ts'

export interface DeparturesParts {
  rows: MakerRows
  entities: Entities
  observations: Observations
  latest: LatestStates
  reach: MakerReach
}

/** Names of devices that one event tells. */
const NAMES_TOLD = 20

/** Devices that their source has no longer: out of reach, their entities unavailable, and kept until they come back. */
export class Departures {
  #parts: DeparturesParts

  constructor(parts: DeparturesParts) {
    this.#parts = parts
  }

  leave(context: Context, source: MakerSource, gone: readonly MakerRow[]): void {
    const { rows, reach } = this.#parts
    const accepted = gone.filter(({ device_id, speaks }) => device_id !== null && speaks)
    for (const row of gone) {
      rows.decide(row.id, 'left', row.device_id)
      reach.left(context, row, accepted.length === 1)
    }
    for (const row of accepted) this.#unavailable(context, row)
    if (accepted.length > 1) this.#tell(context, source, accepted)
  }

  /** What was known of its entities is not known any more. */
  #unavailable(context: Context, { device_id, source }: MakerRow): void {
    const { entities, observations, latest } = this.#parts
    for (const entity of entities.of(device_id ?? '').values()) {
      const known = latest.of(entity.id)
      if (!entity.enabled || entity.source !== source || known === undefined || known.available === false) continue
      observations.take(context, entity, { state: null, available: false, at: Math.max(context.now, known.at) })
    }
  }

  #tell(context: Context, { key, house_id }: MakerSource, gone: readonly MakerRow[]): void {
    const names = gone.slice(0, NAMES_TOLD).map(({ name }) => name)
    context.addEvent({
      type: 'maker_devices_left',
      ...(house_id === null ? {} : { house: house_id }),
      description: `${key} no longer has ${gone.length} devices.`,
      data: { source: key, devices: gone.length, names },
    })
  }
}
