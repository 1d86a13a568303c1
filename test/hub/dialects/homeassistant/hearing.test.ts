import { describe, expect, it } from 'vitest'
import { hear } from '../../../../hub/dialects/hear.ts'
import { payloadOf } from '../../../../hub/dialects/payload.ts'
import type { SaidState } from '../../../../hub/dialects/said.ts'
import { bytes, entity, told } from './announce.ts'

type Messages = [topic: string, payload: unknown][]
type Row = [what: string, component: string, config: Record<string, unknown>, Messages, SaidState | undefined, object]

const json = (template: string) => ({ state_topic: 't', value_template: `{{ value_json.${template} }}` })

/** Descriptions after home-assistant.io, the page of each component; those of Zigbee2MQTT after lib/extension/homeassistant.ts. */
const ROWS: Row[] = [
  [
    'a number',
    'sensor',
    { ...json('temperature'), unit_of_measurement: '°C' },
    [['t', { temperature: 21.5 }]],
    21.5,
    {},
  ],
  ['a number by its class', 'sensor', { state_topic: 't', device_class: 'power' }, [['t', '12']], 12, {}],
  ['a number that is not known', 'sensor', { ...json('a'), unit_of_measurement: 'W' }, [['t', '{"a":null}']], null, {}],
  [
    'no number',
    'sensor',
    { state_topic: 't', unit_of_measurement: 'W' },
    [
      ['t', '5'],
      ['t', 'nan'],
      ['t', ''],
    ],
    5,
    {},
  ],
  [
    'a message about something else',
    'sensor',
    { ...json('a | is_defined'), unit_of_measurement: 'W' },
    [
      ['t', '{"a":1}'],
      ['t', '{}'],
    ],
    1,
    {},
  ],
  ['a word', 'sensor', { state_topic: 't' }, [['t', '21.5']], '21.5', {}],
  [
    'a time',
    'sensor',
    { state_topic: 't', device_class: 'timestamp' },
    [['t', '2026-11-30T16:00:00Z']],
    '2026-11-30T16:00:00Z',
    {},
  ],
  [
    'one of some words',
    'sensor',
    { state_topic: 't', device_class: 'enum', options: ['a', 'b'] },
    [
      ['t', 'b'],
      ['t', 'c'],
    ],
    'b',
    {},
  ],
  [
    'attributes of its own',
    'sensor',
    {
      ...json('a'),
      unit_of_measurement: 'W',
      json_attributes_topic: 't',
      json_attributes_template: '{{ value_json.more | tojson }}',
    },
    [['t', { a: 1, more: { b: [1, 'x'] } }]],
    1,
    { b: [1, 'x'] },
  ],
  [
    'attributes as they come',
    'sensor',
    { state_topic: 't', json_attributes_topic: 'u' },
    [
      ['u', { b: 1 }],
      ['u', '[]'],
      ['u', { c: 2 }],
    ],
    undefined,
    { b: 1, c: 2 },
  ],

  ['on', 'binary_sensor', { state_topic: 't' }, [['t', 'ON']], true, {}],
  [
    'off',
    'binary_sensor',
    { state_topic: 't' },
    [
      ['t', 'ON'],
      ['t', 'OFF'],
      ['t', '?'],
    ],
    false,
    {},
  ],
  [
    'true of Zigbee2MQTT',
    'binary_sensor',
    { ...json('contact'), payload_on: false, payload_off: true },
    [['t', { contact: false }]],
    true,
    {},
  ],
  ['not known', 'binary_sensor', json('contact'), [['t', { contact: null }]], null, {}],

  ['on', 'switch', { state_topic: 't', command_topic: 'c' }, [['t', 'ON']], true, {}],
  [
    'its own words',
    'switch',
    { state_topic: 't', command_topic: 'c', payload_on: '1', state_on: 'yes', state_off: 'no' },
    [['t', 'no']],
    false,
    {},
  ],
  [
    'true of Zigbee2MQTT',
    'switch',
    {
      state_topic: 't',
      command_topic: 'c',
      value_template: '{% if value_json.child_lock %} true {% else %} false {% endif %}',
      payload_on: 'true',
      payload_off: 'false',
    },
    [['t', { child_lock: true }]],
    true,
    {},
  ],

  [
    'of Zigbee2MQTT',
    'light',
    { schema: 'json', command_topic: 'c', state_topic: 't', brightness: true, brightness_scale: 254 },
    [['t', { state: 'ON', brightness: 127, color_mode: 'xy', color: { x: 0.1 } }]],
    true,
    { level: 50, color_mode: 'xy', color: { x: 0.1 } },
  ],
  [
    'that is off',
    'light',
    { schema: 'json', command_topic: 'c', state_topic: 't' },
    [['t', { state: 'OFF' }]],
    false,
    {},
  ],
  [
    'that says its level alone',
    'light',
    { schema: 'json', command_topic: 'c', state_topic: 't' },
    [
      ['t', { brightness: 255 }],
      ['t', 'x'],
    ],
    undefined,
    { level: 100 },
  ],
  [
    'of two topics',
    'light',
    {
      command_topic: 'c',
      state_topic: 't',
      brightness_state_topic: 'b',
      brightness_scale: 99,
      brightness_value_template: '{{ value_json.value }}',
      rgb_state_topic: 'r',
    },
    [
      ['t', 'ON'],
      ['b', { value: 99 }],
      ['r', '255,0,0'],
    ],
    true,
    { level: 100, rgb: '255,0,0' },
  ],
  [
    'by templates',
    'light',
    {
      ...{
        schema: 'template',
        command_topic: 'c',
        state_topic: 't',
        command_on_template: 'on',
        command_off_template: 'off',
      },
      state_template: '{%- if value_json.properties.value > 0 -%} on {%- else -%} off {%- endif -%}',
      brightness_template: '{{ value_json.properties.value | float | multiply(2.55) | round(0) }}',
    },
    [['t', { properties: { value: 40 } }]],
    true,
    { level: 40 },
  ],

  ['locked', 'lock', { command_topic: 'c', state_topic: 't' }, [['t', 'LOCKED']], 'locked', {}],
  [
    'its own words',
    'lock',
    { command_topic: 'c', ...json('state'), state_locked: 'LOCK', state_unlocked: 'UNLOCK' },
    [['t', { state: 'UNLOCK' }]],
    'unlocked',
    {},
  ],
  [
    'jammed',
    'lock',
    { command_topic: 'c', state_topic: 't' },
    [
      ['t', 'JAMMED'],
      ['t', 'ajar'],
    ],
    'jammed',
    {},
  ],

  ['moving', 'cover', { command_topic: 'c', state_topic: 't' }, [['t', 'opening']], 'opening', {}],
  [
    'stopped where it is',
    'cover',
    { command_topic: 'c', state_topic: 't', position_topic: 'p' },
    [
      ['p', '0'],
      ['t', 'stopped'],
    ],
    'closed',
    { position: 0 },
  ],
  [
    'stopped on its way',
    'cover',
    { command_topic: 'c', state_topic: 't' },
    [
      ['t', 'closing'],
      ['t', 'stopped'],
    ],
    'closed',
    {},
  ],
  [
    'by its position alone',
    'cover',
    { position_topic: 'p', set_position_topic: 's', position_open: 0, position_closed: 255 },
    [['p', '51']],
    'open',
    { position: 80 },
  ],
  [
    'by its position and slats',
    'cover',
    { position_topic: 'p', tilt_status_topic: 'q' },
    [
      ['p', { position: 0, tilt_position: 30 }],
      ['q', '40'],
    ],
    'closed',
    { position: 0, tilt: 40 },
  ],
  [
    'of Zigbee2MQTT',
    'cover',
    {
      ...{ command_topic: 'c', state_topic: 't', position_topic: 't', position_template: '{{ value_json.position }}' },
      value_template:
        '{% if "running" in value_json and value_json.running %} {% if value_json.position > 0 %} closing {% else %} opening {% endif %} {% else %} stopped {% endif %}',
    },
    [
      ['t', { position: 40, running: true }],
      ['t', { position: 20, running: false }],
    ],
    'open',
    { position: 20 },
  ],

  [
    'with three speeds',
    'fan',
    {
      command_topic: 'c',
      state_topic: 't',
      percentage_state_topic: 'p',
      speed_range_max: 3,
      preset_mode_state_topic: 'm',
    },
    [
      ['t', 'ON'],
      ['p', '2'],
      ['m', 'auto'],
    ],
    true,
    { level: 66, preset_mode: 'auto' },
  ],
  [
    'without a speed',
    'fan',
    { command_topic: 'c', percentage_state_topic: 'p' },
    [['p', 'None']],
    undefined,
    { level: null },
  ],

  [
    'of Zigbee2MQTT',
    'climate',
    {
      ...{ mode_state_topic: 't', mode_state_template: '{{ value_json.system_mode }}', modes: ['off', 'heat'] },
      ...{ current_temperature_topic: 't', current_temperature_template: '{{ value_json.local_temperature }}' },
      ...{ temperature_state_topic: 't', temperature_state_template: '{{ value_json.occupied_heating_setpoint }}' },
      action_topic: 't',
      action_template:
        "{% set values = {None:None,'idle':'idle','heat':'heating','cool':'cooling'} %}{{ values[value_json.running_state] }}",
    },
    [['t', { system_mode: 'heat', local_temperature: 20.5, occupied_heating_setpoint: 21, running_state: 'idle' }]],
    'heat',
    { current_temperature: 20.5, temperature: 21, action: 'idle' },
  ],

  [
    'a number',
    'number',
    { command_topic: 'c', state_topic: 't' },
    [
      ['t', '5'],
      ['t', 'x'],
    ],
    5,
    {},
  ],
  [
    'a number that is not known',
    'number',
    { command_topic: 'c', state_topic: 't', payload_reset: 'gone' },
    [['t', 'gone']],
    null,
    {},
  ],
  [
    'one of its options',
    'select',
    { command_topic: 'c', state_topic: 't', options: ['a', 'b'] },
    [
      ['t', 'a'],
      ['t', 'c'],
    ],
    'a',
    {},
  ],
  [
    'a text',
    'text',
    { command_topic: 'c', state_topic: 't' },
    [
      ['t', 'x'],
      ['t', ''],
    ],
    '',
    {},
  ],
  [
    'in JSON',
    'siren',
    { command_topic: 'c', state_topic: 't' },
    [['t', { state: 'ON', tone: 'bell' }]],
    true,
    { tone: 'bell' },
  ],
  ['in a word', 'siren', { command_topic: 'c', state_topic: 't' }, [['t', 'OFF']], false, {}],
  ['at home', 'device_tracker', { state_topic: 't', payload_home: 'in' }, [['t', 'in']], 'home', {}],
  ['at a place', 'device_tracker', { state_topic: 't' }, [['t', 'work']], 'work', {}],
  ['at no place', 'device_tracker', { state_topic: 't' }, [['t', 'None']], null, {}],
  [
    'a newer version',
    'update',
    { state_topic: 't', value_template: '{{ value_json.update | tojson }}' },
    [['t', { update: { installed_version: 2, latest_version: 3, title: 'x' } }]],
    true,
    { installed_version: '2', latest_version: '3', title: 'x' },
  ],
  [
    'the same version on two topics',
    'update',
    { state_topic: 't', latest_version_topic: 'l' },
    [
      ['t', '1.0'],
      ['l', '1.0'],
    ],
    false,
    { installed_version: '1.0', latest_version: '1.0' },
  ],
  [
    'nothing of versions',
    'update',
    { state_topic: 't' },
    [
      ['t', '1.0'],
      ['t', '{}'],
    ],
    null,
    { installed_version: '1.0' },
  ],
  [
    'by the template of older descriptions',
    'cover',
    { command_topic: 'c', position_topic: 'p', value_template: '{{ value_json.value }}' },
    [['p', { value: 30 }]],
    'open',
    { position: 30 },
  ],
  ['one version', 'update', { state_topic: 't' }, [['t', '1.0']], null, { installed_version: '1.0' }],
]

describe('what a message says', () => {
  it.each(ROWS)('%s: %s', (_what, component, config, messages, state, attributes) => {
    const known = told(entity(component, config), ...messages)
    expect(known.state).toEqual(state)
    expect(known.attributes).toEqual(attributes)
  })

  it('is an event each time', () => {
    const event = entity('event', { state_topic: 't', event_types: ['press', 'hold'] })
    const { last } = told(event, ['t', { event_type: 'press', duration: 2 }])
    expect(last).toEqual({ state: 'press', attributes: { duration: 2 }, isEvent: true })
    expect(told(event, ['t', { event_type: 'spin' }]).last).toEqual({
      ignored: 'an event of no type that was announced',
    })
    expect(told(event, ['t', '{}']).last).toEqual({})
    expect(event.options).toEqual(['press', 'hold'])
  })

  it('is no event when it was retained, which presses no button again', () => {
    const event = entity('event', { state_topic: 't', event_types: ['press'] })
    const message = { topic: 't', payload: payloadOf(bytes({ event_type: 'press' })), retained: true }
    expect(hear(event, message, { state: undefined, attributes: {} })).toEqual({
      ignored: 'an event that was retained',
    })
    const lamp = entity('switch', { state_topic: 't', command_topic: 'c' })
    const state = { topic: 't', payload: payloadOf(bytes('ON')), retained: true }
    expect(hear(lamp, state, { state: undefined, attributes: {} })).toEqual({ state: true })
  })

  it('is left alone with the reason where it cannot be used', () => {
    const sensor = entity('sensor', { ...json('a'), unit_of_measurement: 'W', json_attributes_topic: 't' })
    expect(told(sensor, ['t', '{"a":"x"}']).last).toEqual({
      attributes: { a: 'x' },
      ignored: '"x" is no state of it',
    })
    expect(told(sensor, ['t', 'x']).last.ignored).toBe(
      'value_template: there is nothing that could have "a" (character 15); attributes that are no JSON object',
    )
    expect(told(sensor, ['t', `{"a":5,"b":"${'x'.repeat(20_000)}"}`]).last).toEqual({
      state: 5,
      ignored: 'attributes of 20014 characters, at most 16384 are kept',
    })
    expect(told(entity('sensor', { state_topic: 't' }), ['t', 'x'.repeat(500)]).state).toBe('x'.repeat(255))
    expect(told(sensor, ['other', '{"a":5}']).last).toEqual({})
  })

  it('is read of a bounded message of text', () => {
    expect(() => payloadOf(Buffer.alloc(300_000))).toThrow(expect.objectContaining({ code: 'too_large' }))
    expect(() => payloadOf(Buffer.from([0xff]))).toThrow(expect.objectContaining({ code: 'bad_utf8' }))
  })

  it('does not add up to more attributes than an entity may have', () => {
    const sensor = entity('sensor', { state_topic: 's', json_attributes_topic: 't' })
    const many = Array.from({ length: 40 }, (_, at): [string, object] => ['t', { [`k${at}`]: 'x'.repeat(1_000) }])
    const { attributes } = told(sensor, ...many)
    expect(JSON.stringify(attributes).length).toBeLessThanOrEqual(16_384)
    expect(Object.keys(attributes).at(-1)).toBe('k39')
  })
})
