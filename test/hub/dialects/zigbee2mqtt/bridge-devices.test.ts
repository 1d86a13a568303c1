import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hear, isReachable } from '../../../../hub/dialects/hear.ts'
import { payloadOf } from '../../../../hub/dialects/payload.ts'
import type { Announcement, Said } from '../../../../hub/dialects/said.ts'
import { readBridgeDevices } from '../../../../hub/dialects/zigbee2mqtt/bridge-devices.ts'
import { ZIGBEE2MQTT } from '../../../../hub/dialects/zigbee2mqtt/zigbee2mqtt.ts'
import type { EntityOrder } from '../../../../shared/entity-order.ts'
import {
  ALL_DEVICES,
  BLIND,
  BUTTON,
  COLOUR_LAMP,
  COORDINATOR,
  DOOR,
  FAN,
  LAMP,
  LOCK,
  RADIATOR,
  TWO_GANG,
  UNSUPPORTED,
} from './devices.ts'

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const read = (...devices: unknown[]) => readBridgeDevices('zigbee2mqtt', bytes(devices))

function announced(device: unknown): Announcement {
  const [one] = read(device).announcements
  if (!one) throw new Error('it was not announced')
  return one
}

function entity(device: unknown, part: string) {
  const found = announced(device).entities.find((one) => one.part === part)
  if (!found) throw new Error(`there is no ${part}`)
  return found
}

/** What a state message of the device says of one part of it. */
function said(device: { friendly_name: string }, part: string, state: unknown): Said {
  const topic = `zigbee2mqtt/${device.friendly_name}`
  return hear(
    entity(device, part),
    { topic, payload: payloadOf(bytes(state)), retained: false },
    { state: undefined, attributes: {} },
  )
}

const told = (device: unknown, part: string, order: EntityOrder) =>
  entity(device, part)
    .write(order)
    .map(({ topic, payload }) => [topic, JSON.parse(payload)])

describe('the devices of Zigbee2MQTT', () => {
  it('are known by their address and reached through the bridge, whatever people call them', () => {
    const { announcements, trouble } = read(...ALL_DEVICES)
    expect(trouble).toBeNull()
    expect(announcements).toHaveLength(10)
    expect(announcements[1]?.device).toEqual({
      identities: ['zigbee2mqtt_0x00158d0000000001', 'ieee:00158d0000000001'],
      name: 'Kitchen/lamp',
      brand: 'IKEA',
      model: 'TRADFRI bulb E26/E27 (LED1924G9)',
      version: '2.3.087',
      via: 'zigbee2mqtt_bridge_0x00124b0000000000',
      area: null,
    })
    expect(announcements[0]?.device).toMatchObject({
      identities: ['zigbee2mqtt_bridge_0x00124b0000000000', 'ieee:00124b0000000000'],
      via: null,
    })
    const before = announced(LAMP).entities.map(({ uniqueId }) => uniqueId)
    expect(announced({ ...LAMP, friendly_name: 'other' }).entities.map(({ uniqueId }) => uniqueId)).toEqual(before)
  })

  it('have an entity for each thing that they can do, and say what is left out', () => {
    const kinds = (device: unknown) => announced(device).entities.map(({ component, part }) => `${component} ${part}`)
    expect(kinds(LAMP)).toEqual(['light state', 'select effect', 'button identify', 'sensor linkquality'])
    expect(kinds(DOOR)).toEqual(['binary_sensor contact', 'sensor battery', 'sensor linkquality'])
    expect(kinds(BUTTON)).toEqual(['event action'])
    expect(kinds(RADIATOR)).toEqual(['climate occupied_heating_setpoint'])
    expect(kinds(TWO_GANG)).toEqual(['switch state_left', 'switch state_right', 'sensor power'])
    expect(kinds(BLIND)).toEqual(['cover state'])
    expect(kinds(LOCK)).toEqual(['lock state'])
    expect(kinds(FAN)).toEqual(['fan fan_state', 'sensor pm25', 'switch child_lock'])
    expect(announced(TWO_GANG).notConnected).toEqual([
      {
        part: 'schedule',
        component: 'list',
        name: 'Schedule',
        reason: 'Schedule is a list, of which no entity can be made',
      },
    ])
    // What of a lamp is no part of that is an entity of its own.
    expect(kinds(COLOUR_LAMP)).toEqual([
      'light state',
      ...['number color_temp_startup', 'select power_on_behavior', 'number transition_time', 'sensor linkquality'],
    ])
    expect(announced(COLOUR_LAMP).notConnected).toEqual([
      expect.objectContaining({ part: 'level_config', component: 'composite' }),
    ])
    expect(entity(DOOR, 'battery')).toMatchObject({
      ...{
        uniqueId: 'sensor/0x00158d0000000002_battery',
        entityId: 'sensor.front_door_battery',
        deviceClass: 'battery',
      },
      ...{ measures: { unit: '%' }, category: 'diagnostic', orders: [] },
    })
  })

  it('call what a device is as a whole as the device is called', () => {
    const names = (device: unknown) => announced(device).entities.map(({ name }) => name)
    expect(names(LAMP)).toEqual([null, 'Effect', 'Identify', 'Linkquality'])
    expect(names(TWO_GANG)).toEqual(['state left', 'state right', 'power'])
    expect([BLIND, LOCK, RADIATOR].map((one) => names(one)[0])).toEqual([null, null, null])
  })

  it.each([
    ['switched off', { ...LAMP, disabled: true }, 'it is switched off in Zigbee2MQTT'],
    ['not interviewed', { ...LAMP, interview_completed: false }, 'its interview is not over'],
    ['not supported', UNSUPPORTED, 'Zigbee2MQTT does not support it'],
    ['called so that no topic can have it', { ...LAMP, friendly_name: 'lamp/#' }, 'can stand on no topic: rename it'],
    [
      'called longer than any topic',
      { ...LAMP, friendly_name: 'l'.repeat(70_000) },
      'can stand on no topic: rename it',
    ],
  ])('that are %s are known and not connected, with the reason', (_, device, reason) => {
    const { device: about, entities, notConnected } = announced(device)
    expect(about?.identities).toHaveLength(2)
    expect(entities).toEqual([])
    expect(notConnected).toEqual([expect.objectContaining({ reason: expect.stringContaining(reason) })])
  })
})

describe('a state of Zigbee2MQTT', () => {
  it.each<[string, { friendly_name: string }, string, unknown, Said]>([
    ['a light', LAMP, 'state', { state: 'ON', brightness: 127 }, { state: true, attributes: { brightness: 128 } }],
    ['a light that is off', LAMP, 'state', { state: 'OFF' }, { state: false }],
    ['a light whose colour changed', LAMP, 'state', { color_temp: 370 }, { attributes: { color_temp_kelvin: 2703 } }],
    ['a door that is open', DOOR, 'contact', { contact: false }, { state: true }],
    ['a door that is closed', DOOR, 'contact', { contact: true, linkquality: 90 }, { state: false }],
    ['a number', DOOR, 'battery', { battery: 97 }, { state: 97 }],
    ['a number that nobody knows', DOOR, 'battery', { battery: null }, { state: null }],
    ['something else', DOOR, 'battery', { contact: true }, {}],
    ['a button', BUTTON, 'action', { action: 'double' }, { state: 'double', isEvent: true }],
    ['the empty word after a button', BUTTON, 'action', { action: '' }, {}],
    ['one of two', TWO_GANG, 'state_right', { state_left: 'ON', state_right: 'OFF' }, { state: false }],
    [
      'a blind',
      BLIND,
      'state',
      { position: 40, state: 'OPEN' },
      { state: 'open', attributes: { current_position: 40 } },
    ],
    ['a lock', LOCK, 'state', { state: 'LOCK', lock_state: 'locked' }, { state: 'locked' }],
    ['a lock that is jammed', LOCK, 'state', { state: 'UNLOCK', lock_state: 'not_fully_locked' }, { state: 'jammed' }],
    [
      'a fan',
      FAN,
      'fan_state',
      { fan_state: 'ON', fan_mode: 'auto' },
      { state: true, attributes: { preset_mode: 'auto' } },
    ],
    [
      'a radiator',
      RADIATOR,
      'occupied_heating_setpoint',
      { occupied_heating_setpoint: 21.5, local_temperature: 20.1, system_mode: 'heat', running_state: 'idle' },
      { state: 'heat', attributes: { temperature: 21.5, current_temperature: 20.1, hvac_action: 'idle' } },
    ],
  ])('of %s', (_, device, part, state, wanted) => {
    expect(said(device, part, state)).toEqual(wanted)
  })

  it.each([
    ['a word where a number belongs', DOOR, 'battery', { battery: 'full' }, 'battery has no value of it'],
    ['a value that is none of the two', DOOR, 'contact', { contact: 'maybe' }, 'contact has no value of it'],
    ['an object', DOOR, 'battery', { battery: {} }, 'battery is no single value'],
    ['no JSON', DOOR, 'battery', 'hello', 'no JSON object'],
  ])('that is %s says nothing, and why', (_, device, part, state, reason) => {
    expect(said(device, part, state)).toEqual({ ignored: expect.stringContaining(reason) })
  })

  it('is of nobody who cannot be reached: the bridge has to be there, and the device if it says so', () => {
    const { availability } = entity(LAMP, 'state')
    const [bridge, device] = availability.topics
    expect([bridge?.topic, device?.topic]).toEqual([
      'zigbee2mqtt/bridge/state',
      'zigbee2mqtt/Kitchen/lamp/availability',
    ])
    const reads = (text: string) => bridge?.read(payloadOf(bytes(text)))
    expect(['{"state":"online"}', 'online', 'offline', '{"state":"offline"}', '{}', ''].map(reads)).toEqual([
      ...[true, true, false, false, null, null],
    ])
    expect(isReachable(availability, new Map([['zigbee2mqtt/bridge/state', false]]))).toBe(false)
  })
})

describe('an order for a device of Zigbee2MQTT', () => {
  it.each<[string, { friendly_name: string }, string, EntityOrder, unknown]>([
    ['a light', LAMP, 'state', { order: 'on' }, { state: 'ON' }],
    ['half of the light', LAMP, 'state', { order: 'level', percent: 50 }, { brightness: 127 }],
    ['an effect', LAMP, 'effect', { order: 'option', option: 'blink' }, { effect: 'blink' }],
    ['a button', LAMP, 'identify', { order: 'press' }, { identify: 'identify' }],
    ['one of two', TWO_GANG, 'state_left', { order: 'off' }, { state_left: 'OFF' }],
    ['a blind', BLIND, 'state', { order: 'stop' }, { state: 'STOP' }],
    ['the way of a blind', BLIND, 'state', { order: 'position', percent: 30 }, { position: 30 }],
    ['a lock', LOCK, 'state', { order: 'unlock' }, { state: 'UNLOCK' }],
    ['a fan', FAN, 'fan_state', { order: 'mode', mode: 'auto' }, { fan_mode: 'auto' }],
    ['a child lock', FAN, 'child_lock', { order: 'on' }, { child_lock: 'LOCK' }],
    [
      'a radiator',
      RADIATOR,
      'occupied_heating_setpoint',
      { order: 'temperature', degrees: 22, mode: 'heat' },
      { occupied_heating_setpoint: 22, system_mode: 'heat' },
    ],
  ])('for %s is a message below its topic', (_, device, part, order, wanted) => {
    expect(told(device, part, order)).toEqual([[`zigbee2mqtt/${device.friendly_name}/set`, wanted]])
  })

  it('that it does not take is refused with what it takes', () => {
    expect(() => told(LAMP, 'effect', { order: 'on' })).toThrow('Effect does not take on')
    expect(() => told(LAMP, 'effect', { order: 'option', option: 'party' })).toThrow('has no option party')
    expect(() => told(RADIATOR, 'occupied_heating_setpoint', { order: 'temperature', degrees: 90 })).toThrow('5 to 30')
    expect(() => told(LAMP, 'state', { order: 'level', percent: 101 })).toThrow('0 to 100')
    expect(() => told(LAMP, 'state', { order: 'color_temperature', kelvin: 9_000 })).toThrow('2203 to 4000')
    expect(() => told(LAMP, 'state', { order: 'effect', effect: 'party' })).toThrow('has no option party')
    expect(entity(DOOR, 'contact').orders).toEqual([])
  })
})

describe('a list of devices that is none', () => {
  it('of nothing is that of a bridge that has just begun', () => {
    const read = ZIGBEE2MQTT.reader('zigbee2mqtt')
    const say = (list: unknown) => read({ topic: 'zigbee2mqtt/bridge/devices', payload: bytes(list) })
    say([COORDINATOR, LAMP])
    expect(say([])).toMatchObject({ announcements: [], removed: [], whole: false, trouble: null })
    expect(say([COORDINATOR]).removed).toEqual(['zigbee2mqtt/bridge/devices/0x00158d0000000001'])
  })

  it('names nothing by what is no address, and cuts names that are too long', () => {
    expect(read({ ...LAMP, ieee_address: '__proto__' }, 7, null, [LAMP]).announcements).toEqual([])
    const long = announced({ ...LAMP, friendly_name: `\u202e<script>${'x'.repeat(10_000)}` })
    expect(long.device?.name?.length).toBeLessThanOrEqual(255)
  })

  it('is read whatever it has, without an error', () => {
    const exposes = fc.array(fc.oneof(fc.object(), fc.constantFrom(...LAMP_EXPOSES)), { maxLength: 8 })
    fc.assert(
      fc.property(exposes, fc.object(), (list, state) => {
        const { announcements } = read({ ...LAMP, definition: { model: 1, vendor: {}, exposes: list } }, COORDINATOR)
        for (const one of announcements[0]?.entities ?? [])
          hear(
            one,
            { topic: 'zigbee2mqtt/Kitchen/lamp', payload: payloadOf(bytes(state)), retained: false },
            { state: undefined, attributes: {} },
          )
        return announcements.length === 2
      }),
      { numRuns: 200 },
    )
  })
})

const LAMP_EXPOSES = [...(LAMP as unknown as { definition: { exposes: unknown[] } }).definition.exposes]
