import type { MakerEntity } from '../../../../hub/features/makers/inputs.ts'
import type { EntityOrder } from '../../../../shared/entity-order.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { accepted, deviceOf, entityOf, makersHouse, reach } from '../makers/makers-house.ts'

/** What a house knows of an entity, and what Home Assistant is to make of it. */
export interface KindCase {
  what: string
  entity: Partial<MakerEntity> & { component: string }
  /** What it is to Home Assistant, where not the same. */
  platform?: string
  /** Said by its bridge, and what Home Assistant is to understand. */
  said: readonly (readonly [state: number | string | boolean | null, attributes: Record<string, unknown>])[]
  orders: readonly EntityOrder[]
}

const range = { min: 5, max: 30, step: 0.5 }

/** One of every kind that is announced, with all that it can be told. */
export const EVERY_KIND: readonly KindCase[] = [
  {
    what: 'a sensor of numbers',
    entity: { component: 'sensor', deviceClass: 'humidity', measures: { unit: '%' } },
    said: [
      [41.5, {}],
      [0, {}],
    ],
    orders: [],
  },
  { what: 'a sensor of words', entity: { component: 'sensor' }, said: [['rinsing', {}]], orders: [] },
  {
    what: 'a contact',
    entity: { component: 'binary_sensor', deviceClass: 'door' },
    said: [
      [true, {}],
      [false, {}],
    ],
    orders: [],
  },
  {
    what: 'a plug',
    entity: { component: 'switch', orders: ['on', 'off'] },
    said: [
      [true, {}],
      [false, {}],
      [null, {}],
    ],
    orders: [{ order: 'on' }, { order: 'off' }],
  },
  {
    what: 'a siren',
    entity: { component: 'siren', orders: ['on', 'off'] },
    platform: 'switch',
    said: [[true, {}]],
    orders: [{ order: 'on' }],
  },
  {
    what: 'a lamp of all colours',
    entity: {
      ...{ component: 'light', orders: ['on', 'off', 'level', 'color', 'color_temperature', 'effect'] },
      limits: {
        color_temperature: { range: { min: 2_000, max: 6_500, step: 1 } },
        effect: { options: ['colorloop', 'two words'] },
      },
    },
    said: [
      [true, { brightness: 128, hs_color: [30, 75.5], color_mode: 'hs' }],
      [true, { brightness: 255, color_temp_kelvin: 2_700, color_mode: 'color_temp' }],
      [true, { effect: 'colorloop' }],
      [false, {}],
    ],
    orders: [
      { order: 'on' },
      { order: 'off' },
      { order: 'level', percent: 40 },
      { order: 'color', hue: 30, saturation: 75.5 },
      { order: 'color_temperature', kelvin: 2_700 },
      { order: 'effect', effect: 'two words' },
    ],
  },
  {
    what: 'a fan',
    entity: { component: 'fan', orders: ['on', 'off', 'level', 'mode'], options: ['auto', 'sleep'] },
    said: [
      [true, { percentage: 40, preset_mode: 'sleep' }],
      [false, { percentage: 0 }],
    ],
    orders: [{ order: 'off' }, { order: 'level', percent: 40 }, { order: 'mode', mode: 'sleep' }],
  },
  {
    what: 'a blind',
    entity: { component: 'cover', deviceClass: 'blind', orders: ['open', 'close', 'stop', 'position', 'tilt'] },
    said: [
      ['open', { current_position: 30, current_tilt_position: 10 }],
      ['closed', { current_position: 0, current_tilt_position: 0 }],
      ['opening', {}],
    ],
    orders: [
      { order: 'open' },
      { order: 'close' },
      { order: 'stop' },
      { order: 'position', percent: 30 },
      { order: 'tilt', percent: 25 },
    ],
  },
  {
    what: 'a valve that is open or closed',
    entity: { component: 'valve', orders: ['open', 'close'] },
    said: [['open', {}]],
    orders: [{ order: 'open' }, { order: 'close' }],
  },
  {
    what: 'a valve that is somewhere between',
    entity: { component: 'valve', orders: ['open', 'close', 'position'] },
    said: [['open', { current_position: 30 }]],
    orders: [{ order: 'position', percent: 30 }],
  },
  {
    what: 'a lock',
    entity: { component: 'lock', orders: ['lock', 'unlock', 'open'] },
    said: [
      ['locked', {}],
      ['jammed', {}],
    ],
    orders: [{ order: 'lock' }, { order: 'unlock' }, { order: 'open' }],
  },
  {
    what: 'a thermostat',
    entity: {
      ...{ component: 'climate', options: ['off', 'heat', 'auto'], range },
      orders: ['mode', 'temperature', 'preset', 'fan_mode', 'swing_mode', 'humidity'],
      limits: {
        ...{ preset: { options: ['eco', 'boost'] }, fan_mode: { options: ['low', 'high'] } },
        ...{ swing_mode: { options: ['on', 'off'] }, humidity: { range: { min: 30, max: 70, step: 1 } } },
      },
    },
    said: [
      ['heat', { temperature: 0, current_temperature: -1.5, preset_mode: 'eco', hvac_action: 'heating' }],
      ['off', { fan_mode: 'low', swing_mode: 'on', humidity: 45 }],
    ],
    orders: [
      { order: 'mode', mode: 'heat' },
      { order: 'temperature', degrees: 21.5 },
      { order: 'preset', mode: 'eco' },
      { order: 'fan_mode', mode: 'high' },
      { order: 'swing_mode', mode: 'on' },
      { order: 'humidity', percent: 45 },
    ],
  },
  {
    what: 'a boiler',
    entity: { component: 'water_heater', options: ['off', 'eco'], range, orders: ['mode', 'temperature'] },
    said: [['eco', { temperature: 20, current_temperature: 18 }]],
    orders: [
      { order: 'mode', mode: 'eco' },
      { order: 'temperature', degrees: 25 },
    ],
  },
  {
    what: 'a humidifier',
    entity: {
      ...{ component: 'humidifier', orders: ['on', 'off', 'humidity', 'mode'], options: ['sleep', 'baby'] },
      limits: { humidity: { range: { min: 30, max: 80, step: 1 } } },
    },
    said: [[true, { humidity: 50, current_humidity: 41, mode: 'sleep' }]],
    orders: [{ order: 'on' }, { order: 'humidity', percent: 50 }, { order: 'mode', mode: 'baby' }],
  },
  {
    what: 'a number',
    entity: { component: 'number', orders: ['value'], range: { min: -5, max: 300, step: 1 }, measures: { unit: 's' } },
    said: [[12, {}]],
    orders: [{ order: 'value', value: -3 }],
  },
  {
    what: 'a choice',
    entity: { component: 'select', orders: ['option'], options: ['Blink', 'none'] },
    said: [['Blink', {}]],
    orders: [{ order: 'option', option: 'none' }],
  },
  {
    what: 'a text',
    entity: { component: 'text', orders: ['text'] },
    said: [['hello', {}]],
    orders: [{ order: 'text', text: 'Good morning' }],
  },
  {
    what: 'a button',
    entity: { component: 'button', orders: ['press'], limits: { press: { untold: true } } },
    said: [],
    orders: [{ order: 'press' }],
  },
  {
    what: 'a scene',
    entity: { component: 'scene', orders: ['press'], limits: { press: { untold: true } } },
    said: [],
    orders: [{ order: 'press' }],
  },
  { what: 'a phone', entity: { component: 'device_tracker' }, said: [['home', {}]], orders: [] },
  {
    what: 'an update',
    entity: { component: 'update' },
    said: [[true, { installed_version: '1.0', latest_version: '1.1' }]],
    orders: [],
  },
]

/** A house with all of these at one device. */
export function houseOfEveryKind(): { house: TestHouse; device: string } {
  const entities = EVERY_KIND.map(({ entity }, at) =>
    entityOf('0x9', entity.component, {
      ...{ uniqueId: uniqueIdOf(at), entityId: `${entity.component}.kind_${at}`, name: `Kind ${at}` },
      ...entity,
    }),
  )
  const house = makersHouse(deviceOf('0x9', { name: 'Everything', entities }))
  const device = accepted(house, 'Everything')
  house.send(reach('zigbee2mqtt_0x9', true))
  return { house, device }
}

export function uniqueIdOf(at: number): string {
  return `${EVERY_KIND[at]?.entity.component}/${at}`
}
