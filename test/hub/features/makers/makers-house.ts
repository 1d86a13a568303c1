import type { Caller } from '../../../../hub/engine/caller.ts'
import type { StructuredInput } from '../../../../hub/engine/input.ts'
import type { MakerDevice, MakerEntity } from '../../../../hub/features/makers/inputs.ts'
import { ask, commandInput, data, LOCAL, query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

export const Z2M = 'zigbee2mqtt'

/** An entity of a device at a bridge; `more` overrides anything of it. */
export function entityOf(ieee: string, component: string, more: Partial<MakerEntity> = {}): MakerEntity {
  return {
    ...{ uniqueId: `${component}/${ieee}_state`, entityId: `${component}.${ieee}`, name: null, component },
    ...{ deviceClass: null, icon: null, enabled: true, category: null, measures: null },
    ...{ orders: [], options: null, range: null },
    ...more,
  }
}

/** A device as a bridge announces it. */
export function deviceOf(ieee: string, more: Partial<MakerDevice> = {}): MakerDevice {
  return {
    ...{ identity: `zigbee2mqtt_${ieee}`, identities: [`zigbee2mqtt_${ieee}`, `ieee:${ieee}`] },
    ...{ name: `Device ${ieee}`, brand: 'IKEA', model: 'E1', version: null, via: null, area: null },
    ...{ entities: [], notConnected: [] },
    ...more,
  }
}

/** A lamp that can be switched and dimmed. */
export function lampOf(ieee = '0x1', more: Partial<MakerDevice> = {}): MakerDevice {
  return deviceOf(ieee, {
    name: 'Lamp',
    entities: [
      entityOf(ieee, 'light', { orders: ['on', 'off', 'level'] }),
      entityOf(ieee, 'sensor', {
        ...{ uniqueId: `sensor/${ieee}_temperature`, entityId: `sensor.${ieee}_temperature`, name: 'Temperature' },
        ...{ deviceClass: 'temperature', measures: { unit: '°C' } },
      }),
    ],
    ...more,
  })
}

type Devices = Extract<StructuredInput, { kind: 'maker_devices' }>

/** What a source says there is, as a whole; `more` overrides anything of it. */
export function saying(devices: readonly MakerDevice[], more: Partial<Devices> = {}): Devices {
  return {
    ...{ kind: 'maker_devices', source: Z2M, dialect: 'zigbee2mqtt', house: 'Home', devices, gone: [], whole: true },
    ...more,
  }
}

type States = Extract<StructuredInput, { kind: 'maker_states' }>
export type SaidState = States['states'][number]

export const states = (...all: States['states']): States => ({ kind: 'maker_states', source: Z2M, states: all })

export const reach = (identity: string, available: boolean) =>
  ({ kind: 'maker_reach', source: Z2M, reach: [{ identity, available }] }) as const

export const source = (online: boolean, reason: string | null = null, key = Z2M) =>
  ({ kind: 'maker_source', source: key, online, reason }) as const

/** A house whose hub.toml names a bridge, which has announced these. */
export function makersHouse(...devices: readonly MakerDevice[]): TestHouse {
  const house = openTestHouse()
  house.send({ kind: 'maker_sources', sources: [{ key: Z2M, dialect: 'zigbee2mqtt', house: 'Home' }] })
  house.send(source(true), saying(devices))
  return house
}

interface Accepted {
  says: string
  accepted: { name: string; device: string; entities: number }[]
}

export function accept(house: TestHouse, maker: string, more: Record<string, unknown> = {}, caller: Caller = LOCAL) {
  return data<Accepted>(ask(house, commandInput('makers/accept', { maker, ...more }, { caller })))
}

/** Accepts it and returns the id of the device that it is now. */
export function accepted(house: TestHouse, device = 'Lamp', more: Record<string, unknown> = {}): string {
  const [one] = accept(house, device, more).accepted
  if (!one) throw new Error(`${device} was accepted before`)
  return one.device
}

export interface ListedMaker {
  name: string
  status: string
  identity: string
  device: string | null
  entities: number
  not_connected: string[]
}

export function listed(house: TestHouse, params: Record<string, unknown> = {}, caller: Caller = LOCAL): ListedMaker[] {
  return query<{ makers: ListedMaker[] }>(house, 'makers/list', params, caller).makers
}

export const statuses = (house: TestHouse) => listed(house).map(({ name, status }) => `${name} ${status}`)

/** Whose states are wanted, as the last batch told. */
export const wanted = (house: TestHouse) =>
  house.effects.flatMap((effect) => (effect.kind === 'makers_wanted' ? [[effect.source, effect.identities]] : []))

export const eventsOf = (house: TestHouse, ...types: string[]) =>
  house
    .all<{ event_type: string }>('SELECT event_type FROM events ORDER BY id')
    .map((row) => row.event_type)
    .filter((type) => types.length === 0 || types.includes(type))

export const statusOf = (house: TestHouse, device: string) =>
  house.all<{ is: string }>("SELECT status || ' ' || status_reason AS 'is' FROM devices WHERE id = ?", device)[0]?.is

export { START }
