import { ENGINE_PARTS } from '../../../../hub/core/engine-parts.ts'
import type { Feature } from '../../../../hub/engine/feature.ts'
import type { House } from '../../../../hub/engine/house.ts'
import { openDevices } from '../../../../hub/features/devices/engine.ts'
import type { EntityDescription } from '../../../../hub/features/devices/entity-description.ts'
import { addDevice } from '../../../../hub/features/devices/joining.ts'
import { openTelemetry } from '../../../../hub/features/telemetry/engine.ts'
import type { Observation } from '../../../../hub/features/telemetry/observations.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

declare module '../../../../hub/engine/input.ts' {
  interface InputKinds {
    /** A device that does not log in comes, by this name. */
    test_device: { name: string }
    /** What a bridge says: how an entity is described, and what it observes of it. */
    test_observation: { describes: EntityDescription; observes?: Observation }
    /** The bridge no longer has the entity. */
    test_retire: { source: string; entityId: string }
  }
}

/** A bridge as a feature, over the functions that features have. */
function openTestBridge(house: House): Feature {
  const { entities } = house.use(openDevices)
  const { observations } = house.use(openTelemetry)
  return {
    name: 'test-bridge',
    inputs: {
      test_device(context, { name }) {
        const home = context.db.prepare('SELECT id FROM houses LIMIT 1').pluck().get() as string
        addDevice(context, {
          ...{ name, type: 'custom', house: home, secretHash: null, connection: 'zigbee' },
          ...{ integration: 'zigbee2mqtt', discovery: 'bridge', hardware: null },
        })
        return { verdict: 'stored' }
      },
      test_observation(context, { describes, observes }) {
        const entity = entities.register(context, describes)
        const value = observes && observations.take(context, entity, observes)
        return { verdict: 'stored', value }
      },
      test_retire(context, { source, entityId }) {
        const entity = entities.named(source, entityId)
        if (entity) entities.retire(context, entity.device, entity.key)
        return { verdict: 'stored' }
      },
    },
  }
}

/** A house with a bridge and a device behind it, whose id it returns. */
export function houseWithBridge(): { house: TestHouse; device: string } {
  const house = openTestHouse({ features: [...ENGINE_PARTS, openTestBridge] })
  house.send({ kind: 'test_device', name: 'Lamp' })
  const [row] = house.all<{ id: string }>('SELECT id FROM devices')
  if (!row) throw new Error('the device was not made')
  return { house, device: row.id }
}

/** A light of the device at a Zigbee bridge; `more` overrides anything of it. */
export function light(device: string, more: Partial<EntityDescription> = {}): EntityDescription {
  return {
    ...{ device, source: 'zigbee2mqtt', entityId: 'light.living_room', uniqueId: '00:17:88:01/light' },
    ...{ name: 'Living room', type: 'light' },
    ...more,
  }
}

/** A thermometer of the device at the same bridge. */
export function thermometer(device: string, more: Partial<EntityDescription> = {}): EntityDescription {
  return light(device, {
    ...{ entityId: 'sensor.attic', uniqueId: '00:17:88:02/temperature', name: 'Attic', type: 'sensor' },
    measures: { kind: 'temperature', unit: '°C' },
    ...more,
  })
}

export function observed(
  describes: EntityDescription,
  state: Observation['state'],
  more: Partial<Observation> = {},
): { kind: 'test_observation'; describes: EntityDescription; observes: Observation } {
  return { kind: 'test_observation', describes, observes: { state, at: START, ...more } }
}

export const described = (describes: EntityDescription) => ({ kind: 'test_observation', describes }) as const
