import { HOMEASSISTANT } from '../../../../hub/dialects/homeassistant/home-assistant.ts'
import type { EntityOrder } from '../../../../shared/entity-order.ts'
import type { Actuator, DialectFixture, FixtureMessage } from './dialect-fixture.ts'

/** home-assistant.io, "MQTT", "MQTT Discovery"; short names as ESPHome writes them. */
const announced = (prefix: string, component: string, object: string, config: unknown): FixtureMessage => ({
  ...{ topic: `${prefix}/${component}/${object}/config`, payload: config, retained: true },
})
const idAt = (prefix: string) => (prefix === 'homeassistant' ? 'esp1' : 'esp2')
const device = (prefix: string, name: string) => ({
  ids: idAt(prefix),
  name,
  mf: 'Espressif',
  cns: [['mac', '20500DE464EC']],
})

function parts(prefix: string, name: string): readonly (readonly [string, unknown])[] {
  const id = idAt(prefix)
  const base = { '~': id, avty_t: '~/status', dev: { ...device(prefix, name), cns: undefined } }
  return [
    ['switch', { ...base, uniq_id: `${id}_relay`, stat_t: '~/relay', cmd_t: '~/relay/set' }],
    ['sensor', { ...base, uniq_id: `${id}_warm`, stat_t: '~/warm', unit_of_meas: '°C', dev_cla: 'temperature' }],
  ]
}

/** The page of each component; `config` is what it announces, with its short names or without. */
interface Told {
  config: Record<string, unknown>
  order: EntityOrder
  told: readonly (readonly [topic: string, payload: string])[]
  before: readonly (readonly [topic: string, payload: unknown])[]
  after: readonly (readonly [topic: string, payload: unknown])[] | null
}

const JSON_LIGHT = {
  ...{
    schema: 'json',
    command_topic: 'l/set',
    state_topic: 'l',
    brightness: true,
    effect: true,
    effect_list: ['rain'],
  },
  supported_color_modes: ['color_temp', 'rgb'],
}
const BASIC_LIGHT = {
  ...{
    command_topic: 'b/set',
    state_topic: 'b',
    brightness_command_topic: 'b/bri/set',
    brightness_state_topic: 'b/bri',
  },
  ...{ hs_command_topic: 'b/hs/set', hs_state_topic: 'b/hs', color_temp_command_topic: 'b/ct/set' },
  ...{ color_temp_state_topic: 'b/ct', effect_command_topic: 'b/fx/set', effect_list: ['rain'] },
}
const COVER = {
  ...{ command_topic: 'c/set', position_topic: 'c', set_position_topic: 'c/pos', tilt_command_topic: 'c/tilt/set' },
  ...{ tilt_status_topic: 'c/tilt', tilt_min: 0, tilt_max: 180 },
}
const CLIMATE = {
  ...{ mode_command_topic: 'h/mode/set', mode_state_topic: 'h/mode', temperature_command_topic: 'h/t/set' },
  ...{ temperature_state_topic: 'h/t', preset_modes: ['eco'], preset_mode_command_topic: 'h/p/set' },
  ...{ preset_mode_state_topic: 'h/p', fan_mode_command_topic: 'h/f/set', fan_mode_state_topic: 'h/f' },
  ...{
    swing_mode_command_topic: 'h/s/set',
    target_humidity_command_topic: 'h/h/set',
    target_humidity_state_topic: 'h/h',
  },
}
const FAN = {
  ...{ command_topic: 'f/set', state_topic: 'f', percentage_command_topic: 'f/p/set', percentage_state_topic: 'f/p' },
  ...{
    speed_range_max: 3,
    preset_mode_command_topic: 'f/m/set',
    preset_mode_state_topic: 'f/m',
    preset_modes: ['auto'],
  },
}
const HUMIDIFIER = {
  ...{ command_topic: 'w/set', state_topic: 'w', target_humidity_command_topic: 'w/h/set' },
  ...{ target_humidity_state_topic: 'w/h', mode_command_topic: 'w/m/set', mode_state_topic: 'w/m', modes: ['night'] },
}
const VALVE = { command_topic: 'v/set', state_topic: 'v', reports_position: true }
const WATER = {
  mode_command_topic: 'o/m/set',
  mode_state_topic: 'o/m',
  temperature_command_topic: 'o/t/set',
  temperature_state_topic: 'o/t',
}

const TOLD: Readonly<Record<string, Told>> = {
  'switch on': {
    ...{ config: { command_topic: 's/set', state_topic: 's' }, order: { order: 'on' }, told: [['s/set', 'ON']] },
    ...{ before: [['s', 'OFF']], after: [['s', 'ON']] },
  },
  'siren on': {
    ...{ config: { command_topic: 'a/set', state_topic: 'a' }, order: { order: 'on' } },
    ...{ told: [['a/set', '{"state":"ON"}']], before: [['a', 'OFF']], after: [['a', '{"state":"ON","tone":"bell"}']] },
  },
  'light at 40 %': {
    ...{ config: JSON_LIGHT, order: { order: 'level', percent: 40 } },
    ...{ told: [['l/set', '{"state":"ON","brightness":102}']], before: [['l', { state: 'ON', brightness: 255 }]] },
    after: [['l', { state: 'ON', brightness: 102 }]],
  },
  'light red': {
    ...{ config: JSON_LIGHT, order: { order: 'color', hue: 0, saturation: 100, percent: 100 } },
    told: [['l/set', '{"state":"ON","brightness":255,"color":{"r":255,"g":0,"b":0}}']],
    before: [['l', { state: 'ON', brightness: 255, color_mode: 'rgb', color: { r: 0, g: 0, b: 255 } }]],
    after: [['l', { state: 'ON', brightness: 255, color_mode: 'rgb', color: { r: 250, g: 5, b: 5 } }]],
  },
  'light warm': {
    ...{ config: JSON_LIGHT, order: { order: 'color_temperature', kelvin: 2_700 } },
    told: [['l/set', '{"state":"ON","color_temp":370}']],
    before: [['l', { state: 'ON', color_mode: 'rgb', color: { r: 0, g: 0, b: 255 } }]],
    after: [['l', { state: 'ON', color_mode: 'color_temp', color_temp: 370 }]],
  },
  'light with an effect': {
    ...{ config: JSON_LIGHT, order: { order: 'effect', effect: 'rain' } },
    ...{ told: [['l/set', '{"state":"ON","effect":"rain"}']], before: [['l', { state: 'ON', effect: null }]] },
    after: [['l', { state: 'ON', effect: 'rain' }]],
  },
  'light of topics of their own, red': {
    ...{ config: BASIC_LIGHT, order: { order: 'color', hue: 0, saturation: 100, percent: 40 } },
    told: [
      ['b/hs/set', '0,100'],
      ['b/bri/set', '102'],
      ['b/set', 'ON'],
    ],
    before: [
      ['b', 'ON'],
      ['b/bri', '102'],
      ['b/ct', '370'],
    ],
    after: [['b/hs', '1,99']],
  },
  'light of topics of their own, warm': {
    ...{ config: BASIC_LIGHT, order: { order: 'color_temperature', kelvin: 2_700 } },
    told: [
      ['b/ct/set', '370'],
      ['b/set', 'ON'],
    ],
    before: [
      ['b', 'ON'],
      ['b/hs', '0,100'],
    ],
    after: [['b/ct', '370']],
  },
  'light of topics of their own, with an effect that it does not tell of': {
    ...{ config: BASIC_LIGHT, order: { order: 'effect', effect: 'rain' } },
    told: [
      ['b/fx/set', 'rain'],
      ['b/set', 'ON'],
    ],
    ...{ before: [['b', 'ON']], after: null },
  },
  'cover at 30 %': {
    ...{ config: COVER, order: { order: 'position', percent: 30 }, told: [['c/pos', '30']] },
    ...{ before: [['c', '100']], after: [['c', '30']] },
  },
  'cover open': {
    ...{ config: COVER, order: { order: 'open' }, told: [['c/set', 'OPEN']], before: [['c', '0']], after: null },
  },
  'cover with slats': {
    ...{ config: COVER, order: { order: 'tilt', percent: 50 }, told: [['c/tilt/set', '90']] },
    before: [
      ['c', '30'],
      ['c/tilt', '0'],
    ],
    after: [['c/tilt', '90']],
  },
  'climate at 21': {
    ...{ config: CLIMATE, order: { order: 'temperature', degrees: 21 }, told: [['h/t/set', '21']] },
    before: [
      ['h/mode', 'heat'],
      ['h/t', '20'],
    ],
    after: [['h/t', '21']],
  },
  'climate of another mode': {
    ...{ config: CLIMATE, order: { order: 'mode', mode: 'cool' }, told: [['h/mode/set', 'cool']] },
    ...{ before: [['h/mode', 'heat']], after: [['h/mode', 'cool']] },
  },
  'climate with a preset': {
    ...{ config: CLIMATE, order: { order: 'preset', mode: 'eco' }, told: [['h/p/set', 'eco']] },
    before: [
      ['h/mode', 'heat'],
      ['h/p', 'none'],
    ],
    after: [['h/p', 'eco']],
  },
  'climate with a fan': {
    ...{ config: CLIMATE, order: { order: 'fan_mode', mode: 'low' }, told: [['h/f/set', 'low']] },
    before: [
      ['h/mode', 'heat'],
      ['h/f', 'high'],
    ],
    after: [['h/f', 'low']],
  },
  'climate that swings and does not tell of it': {
    ...{ config: CLIMATE, order: { order: 'swing_mode', mode: 'on' }, told: [['h/s/set', 'on']] },
    ...{ before: [['h/mode', 'heat']], after: null },
  },
  'climate with a humidity': {
    ...{ config: CLIMATE, order: { order: 'humidity', percent: 50 }, told: [['h/h/set', '50']] },
    before: [
      ['h/mode', 'heat'],
      ['h/h', '40'],
    ],
    after: [['h/h', '50']],
  },
  'lock locked': {
    ...{ config: { command_topic: 'k/set', state_topic: 'k' }, order: { order: 'lock' }, told: [['k/set', 'LOCK']] },
    ...{ before: [['k', 'LOCKING']], after: [['k', 'LOCKED']] },
  },
  'fan at 50 % of three speeds': {
    ...{ config: FAN, order: { order: 'level', percent: 50 }, told: [['f/p/set', '2']] },
    before: [
      ['f', 'ON'],
      ['f/p', '1'],
    ],
    after: [['f/p', '2']],
  },
  'fan by itself': {
    ...{ config: FAN, order: { order: 'mode', mode: 'auto' }, told: [['f/m/set', 'auto']] },
    ...{ before: [['f', 'ON']], after: [['f/m', 'auto']] },
  },
  'humidifier at 50 %': {
    ...{ config: HUMIDIFIER, order: { order: 'humidity', percent: 50 }, told: [['w/h/set', '50']] },
    before: [
      ['w', 'ON'],
      ['w/h', '40'],
    ],
    after: [['w/h', '50']],
  },
  'humidifier at night': {
    ...{ config: HUMIDIFIER, order: { order: 'mode', mode: 'night' }, told: [['w/m/set', 'night']] },
    ...{ before: [['w', 'ON']], after: [['w/m', 'night']] },
  },
  'valve half open': {
    ...{ config: VALVE, order: { order: 'position', percent: 50 }, told: [['v/set', '50']] },
    ...{ before: [['v', '{"state":"opening","position":20}']], after: [['v', '50']] },
  },
  'water_heater at 55': {
    ...{ config: WATER, order: { order: 'temperature', degrees: 55 }, told: [['o/t/set', '55']] },
    before: [['o/m', 'eco']],
    after: [['o/t', '55']],
  },
  'number of 5': {
    ...{ config: { command_topic: 'n/set', state_topic: 'n' }, order: { order: 'value', value: 5 } },
    ...{ told: [['n/set', '5']], before: [['n', '4']], after: [['n', '5']] },
  },
  'select of b': {
    config: { command_topic: 'e/set', state_topic: 'e', options: ['a', 'b'] },
    ...{ order: { order: 'option', option: 'b' }, told: [['e/set', 'b']], before: [['e', 'a']], after: [['e', 'b']] },
  },
  'text that says nothing': {
    ...{ config: { command_topic: 'x/set' }, order: { order: 'text', text: 'hi' }, told: [['x/set', 'hi']] },
    ...{ before: [], after: null },
  },
  'button pressed': {
    ...{
      config: { command_topic: 'p/set' },
      order: { order: 'press' },
      told: [['p/set', 'PRESS']],
      before: [],
      after: null,
    },
  },
  'switch that says nothing': {
    ...{ config: { command_topic: 'q/set' }, order: { order: 'on' }, told: [['q/set', 'ON']], before: [], after: null },
  },
}

const named = Object.entries(TOLD).map(([what, of], at) => ({
  what,
  component: what.split(' ')[0] ?? '',
  id: `a${at}`,
  ...of,
}))

/** ESPHome and everybody else, by Home Assistant's discovery. */
export const HOMEASSISTANT_FIXTURE: DialectFixture = {
  dialect: HOMEASSISTANT,
  prefixes: ['homeassistant', 'attic/ha'],
  announce: (prefix, name) =>
    parts(prefix, name).map(([component, config]) => announced(prefix, component, idAt(prefix), config)),
  withdraw: (prefix) => parts(prefix, '').map(([component]) => announced(prefix, component, idAt(prefix), '')),
  identities: (prefix) => [idAt(prefix)],
  uniqueIds: (prefix) => [`switch/${idAt(prefix)}_relay`, `sensor/${idAt(prefix)}_warm`],
  states: (prefix) => [
    {
      message: { topic: `${idAt(prefix)}/relay`, payload: 'ON' },
      uniqueId: `switch/${idAt(prefix)}_relay`,
      state: true,
    },
    {
      message: { topic: `${idAt(prefix)}/relay`, payload: 'OFF' },
      uniqueId: `switch/${idAt(prefix)}_relay`,
      state: false,
    },
  ],
  online: (prefix) => [{ topic: `${idAt(prefix)}/status`, payload: 'online', retained: true }],
  offline: (prefix) => [{ topic: `${idAt(prefix)}/status`, payload: 'offline', retained: true }],
  asks: [],
  actuators: {
    announce: named.map(({ component, id, config }) =>
      announced('homeassistant', component, id, { ...config, unique_id: id, device: { identifiers: ['all'] } }),
    ),
    all: named.map(
      ({ what, component, id, order, told, before, after }): Actuator => ({
        ...{ what: `a ${what}`, uniqueId: `${component}/${id}`, order },
        told: told.map(([topic, payload]) => ({ topic, payload })),
        before: before.map(([topic, payload]) => ({ topic, payload })),
        after: after?.map(([topic, payload]) => ({ topic, payload })) ?? null,
      }),
    ),
  },
}
