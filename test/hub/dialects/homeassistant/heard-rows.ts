import type { SaidState } from '../../../../hub/dialects/said.ts'

type Messages = [topic: string, payload: unknown][]
export type Row = [
  what: string,
  component: string,
  config: Record<string, unknown>,
  Messages,
  SaidState | undefined,
  object,
]

export const json = (template: string) => ({ state_topic: 't', value_template: `{{ value_json.${template} }}` })

/** Descriptions after home-assistant.io, the page of each component; those of Zigbee2MQTT after lib/extension/homeassistant.ts. */
export const MEASURED: Row[] = [
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
]
