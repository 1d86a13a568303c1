import { ZIGBEE2MQTT } from '../../../../hub/dialects/zigbee2mqtt/zigbee2mqtt.ts'
import type { EntityOrder } from '../../../../shared/entity-order.ts'
import { BLIND, COLOUR_LAMP, COORDINATOR, DOOR, FAN, LAMP, LOCK, RADIATOR, TWO_GANG } from '../zigbee2mqtt/devices.ts'
import type { Actuator, DialectFixture, FixtureMessage } from './dialect-fixture.ts'

const list = (prefix: string, devices: readonly unknown[], groups: readonly unknown[] = []): FixtureMessage[] => [
  { topic: `${prefix}/bridge/devices`, payload: devices, retained: true },
  { topic: `${prefix}/bridge/groups`, payload: groups, retained: true },
]
/** The second bridge is another stick with other devices. */
const moved = (prefix: string, device: { ieee_address: string }) =>
  prefix === 'zigbee2mqtt' ? device : { ...device, ieee_address: device.ieee_address.replace('0x00', '0x77') }
const ieeeAt = (prefix: string) => moved(prefix, LAMP).ieee_address

type Device = typeof LAMP & { friendly_name: string }

/** zigbee2mqtt.io, "MQTT Topics and Messages", `FRIENDLY_NAME/set`, and "Exposes" for what stands in it. */
function actuator(
  what: string,
  device: { ieee_address: string; friendly_name: string },
  [component, property]: readonly [string, string],
  { order, set, before, after }: { order: EntityOrder; set: object; before: object; after: object | null },
): Actuator {
  const topic = `zigbee2mqtt/${device.friendly_name}`
  return {
    ...{ what, uniqueId: `${component}/${device.ieee_address}_${property}`, order },
    told: [{ topic: `${topic}/set`, payload: JSON.stringify(set) }],
    before: [{ topic, payload: before }],
    after: after === null ? null : [{ topic, payload: after }],
  }
}

const LIGHT = ['light', 'state'] as const
const COVER = ['cover', 'state'] as const
const CLIMATE = ['climate', 'occupied_heating_setpoint'] as const
const FAN_PART = ['fan', 'fan_state'] as const

/** Zigbee2MQTT by its list of devices. */
export const ZIGBEE2MQTT_FIXTURE: DialectFixture = {
  dialect: ZIGBEE2MQTT,
  prefixes: ['zigbee2mqtt', 'attic/zigbee'],
  announce: (prefix, name) =>
    list(
      prefix,
      [COORDINATOR, DOOR, LAMP].map((one) =>
        moved(prefix, one === LAMP ? ({ ...LAMP, friendly_name: name } as Device) : one),
      ),
    ),
  withdraw: (prefix) =>
    list(
      prefix,
      [COORDINATOR, DOOR].map((one) => moved(prefix, one)),
    ),
  identities: (prefix) => [`zigbee2mqtt_${ieeeAt(prefix)}`, `ieee:${ieeeAt(prefix).slice(2)}`],
  uniqueIds: (prefix) =>
    ['light/%_state', 'select/%_effect', 'button/%_identify', 'sensor/%_linkquality'].map((id) =>
      id.replace('%', ieeeAt(prefix)),
    ),
  states: (prefix, name) => [
    {
      message: { topic: `${prefix}/${name}`, payload: { state: 'ON' } },
      uniqueId: `light/${ieeeAt(prefix)}_state`,
      state: true,
    },
    {
      message: { topic: `${prefix}/${name}`, payload: { state: 'OFF' } },
      uniqueId: `light/${ieeeAt(prefix)}_state`,
      state: false,
    },
  ],
  online: (prefix, name) => [
    { topic: `${prefix}/bridge/state`, payload: { state: 'online' }, retained: true },
    { topic: `${prefix}/${name}/availability`, payload: { state: 'online' }, retained: true },
  ],
  offline: (prefix) => [{ topic: `${prefix}/bridge/state`, payload: { state: 'offline' }, retained: true }],
  asks: [{ topic: 'zigbee2mqtt/Kitchen/lamp/get', payload: '{"state":"","brightness":"","color_temp":""}' }],
  actuators: {
    announce: list('zigbee2mqtt', [COORDINATOR, LAMP, COLOUR_LAMP, TWO_GANG, BLIND, LOCK, FAN, RADIATOR]),
    all: [
      actuator('a light on', LAMP, LIGHT, {
        ...{ order: { order: 'on' }, set: { state: 'ON' } },
        ...{ before: { state: 'OFF' }, after: { state: 'ON' } },
      }),
      actuator('a light at 50 %', LAMP, LIGHT, {
        ...{ order: { order: 'level', percent: 50 }, set: { brightness: 127 } },
        ...{ before: { state: 'ON', brightness: 254 }, after: { state: 'ON', brightness: 127 } },
      }),
      actuator('a light red', LAMP, LIGHT, {
        ...{ order: { order: 'color', hue: 0, saturation: 100 }, set: { color: { x: 0.6401, y: 0.33 } } },
        before: { state: 'ON', color_mode: 'color_temp', color_temp: 370, color: { x: 0.64, y: 0.33 } },
        after: { state: 'ON', color_mode: 'xy', color: { x: 0.68, y: 0.31 } },
      }),
      actuator('a light red, by its hue', COLOUR_LAMP, LIGHT, {
        order: { order: 'color', hue: 0, saturation: 100, percent: 40 },
        set: { color: { hue: 0, saturation: 100 }, brightness: 102 },
        before: { state: 'ON', brightness: 254, color_mode: 'hs', color: { hue: 0, saturation: 100 } },
        after: { state: 'ON', brightness: 102, color_mode: 'hs', color: { hue: 1, saturation: 99 } },
      }),
      actuator('a light warm', LAMP, LIGHT, {
        ...{ order: { order: 'color_temperature', kelvin: 2_700 }, set: { color_temp: 370 } },
        before: { state: 'ON', color_mode: 'xy', color_temp: 370 },
        after: { state: 'ON', color_mode: 'color_temp', color_temp: 370 },
      }),
      actuator('an effect of a light', LAMP, LIGHT, {
        ...{ order: { order: 'effect', effect: 'blink' }, set: { effect: 'blink' } },
        ...{ before: { state: 'ON' }, after: null },
      }),
      actuator('a switch', TWO_GANG, ['switch', 'state_left'], {
        ...{ order: { order: 'off' }, set: { state_left: 'OFF' } },
        ...{ before: { state_left: 'ON', state_right: 'OFF' }, after: { state_left: 'OFF' } },
      }),
      actuator('a select', COLOUR_LAMP, ['select', 'power_on_behavior'], {
        ...{ order: { order: 'option', option: 'previous' }, set: { power_on_behavior: 'previous' } },
        ...{ before: { power_on_behavior: 'off' }, after: { power_on_behavior: 'previous' } },
      }),
      actuator('a number', COLOUR_LAMP, ['number', 'transition_time'], {
        ...{ order: { order: 'value', value: 2 }, set: { transition_time: 2 } },
        ...{ before: { transition_time: 1 }, after: { transition_time: 2 } },
      }),
      actuator('a button', LAMP, ['button', 'identify'], {
        ...{ order: { order: 'press' }, set: { identify: 'identify' }, before: {}, after: null },
      }),
      actuator('a cover', BLIND, COVER, {
        ...{ order: { order: 'position', percent: 30 }, set: { position: 30 } },
        ...{ before: { position: 100 }, after: { position: 31 } },
      }),
      actuator('a cover open', BLIND, COVER, {
        ...{ order: { order: 'open' }, set: { state: 'OPEN' }, before: { position: 0 }, after: null },
      }),
      actuator('the slats of a cover', BLIND, COVER, {
        ...{ order: { order: 'tilt', percent: 50 }, set: { tilt: 50 } },
        ...{ before: { tilt: 0 }, after: { position: 31, tilt: 50 } },
      }),
      actuator('the temperature of a climate', RADIATOR, CLIMATE, {
        ...{ order: { order: 'temperature', degrees: 22 }, set: { occupied_heating_setpoint: 22 } },
        before: { occupied_heating_setpoint: 21, system_mode: 'heat' },
        after: { occupied_heating_setpoint: 22, system_mode: 'heat' },
      }),
      actuator('the mode of a climate', RADIATOR, CLIMATE, {
        ...{ order: { order: 'mode', mode: 'auto' }, set: { system_mode: 'auto' } },
        ...{ before: { system_mode: 'heat' }, after: { system_mode: 'auto' } },
      }),
      actuator('the preset of a climate', RADIATOR, CLIMATE, {
        ...{ order: { order: 'preset', mode: 'eco' }, set: { preset: 'eco' } },
        before: { system_mode: 'heat', preset: 'none' },
        after: { system_mode: 'heat', preset: 'eco' },
      }),
      actuator('a lock', LOCK, ['lock', 'state'], {
        ...{ order: { order: 'lock' }, set: { state: 'LOCK' } },
        ...{ before: { state: 'UNLOCK' }, after: { state: 'LOCK', lock_state: 'locked' } },
      }),
      actuator('the mode of a fan', FAN, FAN_PART, {
        ...{ order: { order: 'mode', mode: 'auto' }, set: { fan_mode: 'auto' } },
        ...{ before: { fan_state: 'ON', fan_mode: '1' }, after: { fan_state: 'ON', fan_mode: 'auto' } },
      }),
      actuator('the speed of a fan', FAN, FAN_PART, {
        ...{ order: { order: 'level', percent: 50 }, set: { fan_speed: 5 } },
        ...{ before: { fan_state: 'ON', fan_speed: 9 }, after: { fan_state: 'ON', fan_speed: 5 } },
      }),
    ],
  },
}
