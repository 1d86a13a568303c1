import { describe, expect, it } from 'vitest'
import type { EntityOrder } from '../../../../shared/entity-order.ts'
import { entity, refusal } from './announce.ts'

type Row = [
  component: string,
  config: Record<string, unknown>,
  order: EntityOrder,
  published: [topic: string, payload: string][],
]

const JSON_LIGHT = { schema: 'json', command_topic: 'c', brightness: true, brightness_scale: 254 }
const DIMMER = { command_topic: 'c', brightness_command_topic: 'b' }
/** Z-Wave JS UI, hass/configurations: a dimmer. */
const TEMPLATE_LIGHT = {
  ...{ schema: 'template', command_topic: 'c', state_topic: 't', brightness_template: '{{ value_json.value }}' },
  command_on_template: '{{ ((brightness / 255 * 99) | round(0)) if brightness is defined else 255 }}',
  command_off_template: '0',
}
const COVER = { command_topic: 'c', set_position_topic: 'p', position_topic: 'q' }
/** Zigbee2MQTT, lib/extension/homeassistant.ts. */
const FAN = {
  ...{ command_topic: 'c', percentage_command_topic: 'p', speed_range_min: 1, speed_range_max: 3 },
  percentage_command_template: "{{ {0:'off', 1:'low', 2:'medium', 3:'high'}[value] | default('') }}",
  ...{ preset_mode_command_topic: 'm', preset_modes: ['auto', 'smart'] },
}
const CLIMATE = {
  ...{ mode_command_topic: 'm', modes: ['off', 'heat'], temperature_command_topic: 'd', min_temp: '5', max_temp: '30' },
  temperature_command_template: '{"setpoint": {{ value }}}',
}

const ROWS: Row[] = [
  ['switch', { command_topic: 'c' }, { order: 'on' }, [['c', 'ON']]],
  ['switch', { command_topic: 'c', payload_off: false }, { order: 'off' }, [['c', 'False']]],
  [
    'switch',
    { command_topic: 'c', command_template: '{"state":"{{ value }}"}' },
    { order: 'on' },
    [['c', '{"state":"ON"}']],
  ],
  ['siren', { command_topic: 'c' }, { order: 'on' }, [['c', '{"state":"ON"}']]],
  ['siren', { command_topic: 'c', command_template: '{{ value }}' }, { order: 'off' }, [['c', 'OFF']]],
  ['siren', { command_topic: 'c', command_off_template: '{{ state }}!' }, { order: 'off' }, [['c', 'OFF!']]],
  ['button', { command_topic: 'c' }, { order: 'press' }, [['c', 'PRESS']]],
  ['scene', { command_topic: 'c' }, { order: 'press' }, [['c', 'ON']]],
  ['lock', { command_topic: 'c' }, { order: 'lock' }, [['c', 'LOCK']]],
  ['lock', { command_topic: 'c', payload_unlock: 'open!' }, { order: 'unlock' }, [['c', 'open!']]],
  ['light', JSON_LIGHT, { order: 'on' }, [['c', '{"state":"ON"}']]],
  ['light', JSON_LIGHT, { order: 'level', percent: 50 }, [['c', '{"state":"ON","brightness":127}']]],
  ['light', JSON_LIGHT, { order: 'level', percent: 0.1 }, [['c', '{"state":"ON","brightness":1}']]],
  ['light', JSON_LIGHT, { order: 'level', percent: 0 }, [['c', '{"state":"OFF"}']]],
  [
    'light',
    DIMMER,
    { order: 'level', percent: 100 },
    [
      ['b', '255'],
      ['c', 'ON'],
    ],
  ],
  [
    'light',
    { ...DIMMER, on_command_type: 'first' },
    { order: 'level', percent: 100 },
    [
      ['c', 'ON'],
      ['b', '255'],
    ],
  ],
  ['light', { ...DIMMER, on_command_type: 'brightness' }, { order: 'on' }, [['b', '255']]],
  ['light', DIMMER, { order: 'level', percent: 0 }, [['c', 'OFF']]],
  ['light', TEMPLATE_LIGHT, { order: 'on' }, [['c', '255']]],
  ['light', TEMPLATE_LIGHT, { order: 'level', percent: 50 }, [['c', '50']]],
  ['light', TEMPLATE_LIGHT, { order: 'off' }, [['c', '0']]],
  ['cover', COVER, { order: 'open' }, [['c', 'OPEN']]],
  ['cover', COVER, { order: 'stop' }, [['c', 'STOP']]],
  ['cover', COVER, { order: 'position', percent: 40 }, [['p', '40']]],
  ['cover', { ...COVER, position_open: 0, position_closed: 255 }, { order: 'position', percent: 100 }, [['p', '0']]],
  [
    'cover',
    { ...COVER, set_position_template: '{ "position": {{ position }} }' },
    { order: 'position', percent: 40 },
    [['p', '{ "position": 40 }']],
  ],
  ['fan', FAN, { order: 'on' }, [['c', 'ON']]],
  ['fan', FAN, { order: 'level', percent: 50 }, [['p', 'medium']]],
  ['fan', FAN, { order: 'level', percent: 100 }, [['p', 'high']]],
  ['fan', FAN, { order: 'level', percent: 0 }, [['c', 'OFF']]],
  ['fan', FAN, { order: 'mode', mode: 'auto' }, [['m', 'auto']]],
  ['climate', CLIMATE, { order: 'mode', mode: 'heat' }, [['m', 'heat']]],
  ['climate', CLIMATE, { order: 'temperature', degrees: 21.5 }, [['d', '{"setpoint": 21.5}']]],
  [
    'climate',
    CLIMATE,
    { order: 'temperature', degrees: 21, mode: 'heat' },
    [
      ['m', 'heat'],
      ['d', '{"setpoint": 21}'],
    ],
  ],
  ['number', { command_topic: 'c', min: -5, max: 5 }, { order: 'value', value: -5 }, [['c', '-5']]],
  ['select', { command_topic: 'c', options: ['a', 'b'] }, { order: 'option', option: 'b' }, [['c', 'b']]],
  ['text', { command_topic: 'c', max: 3 }, { order: 'text', text: '😀😀😀' }, [['c', '😀😀😀']]],
]

describe('an order', () => {
  it.each(ROWS)('to a %s %o: %o', (component, config, order, published) => {
    const messages = entity(component, config).write(order)
    expect(messages).toEqual(published.map(([topic, payload]) => ({ topic, payload, qos: 0, retain: false })))
  })

  it.each<[string, Record<string, unknown>, EntityOrder, string, string]>([
    ['sensor', { name: 'Power', state_topic: 't' }, { order: 'on' }, 'Power takes no "on"', 'It can only be read.'],
    [
      'switch',
      { name: 'Lamp', command_topic: 'c' },
      { order: 'level', percent: 5 },
      'Lamp takes no "level"',
      'It takes: on, off.',
    ],
    [
      'lock',
      { name: 'Door', command_topic: 'c', code_format: '\\d+' },
      { order: 'lock' },
      'Door takes no "lock"',
      'It can only be read.',
    ],
    [
      'cover',
      { name: 'Blind', command_topic: 'c', payload_stop: null },
      { order: 'stop' },
      'Blind takes no "stop"',
      'It takes: open, close.',
    ],
    [
      'light',
      JSON_LIGHT,
      { order: 'level', percent: 101 },
      'level: 101 is not between 0 and 100',
      'Write a number from 0 to 100.',
    ],
    [
      'fan',
      FAN,
      { order: 'level', percent: Number.NaN },
      'level: NaN is not between 0 and 100',
      'Write a number from 0 to 100.',
    ],
    ['fan', FAN, { order: 'mode', mode: 'turbo' }, 'mode: there is no "turbo"', 'There are: auto, smart.'],
    [
      'climate',
      CLIMATE,
      { order: 'temperature', degrees: 31 },
      'degrees: 31 is not between 5 and 30',
      'Write a number from 5 to 30.',
    ],
    ['climate', CLIMATE, { order: 'mode', mode: 'cool' }, 'mode: there is no "cool"', 'There are: off, heat.'],
    [
      'number',
      { command_topic: 'c' },
      { order: 'value', value: 0 },
      'value: 0 is not between 1 and 100',
      'Write a number from 1 to 100.',
    ],
    [
      'text',
      { command_topic: 'c', max: 3 },
      { order: 'text', text: 'four' },
      'text: 4 characters, 0 to 3 are wanted',
      'Write a text of that length.',
    ],
    [
      'sensor',
      { name: 'Power', state_topic: 't' },
      { order: 'constructor' } as never,
      'Power takes no "constructor"',
      'It can only be read.',
    ],
  ])('that a %s does not take is refused with what it takes: %o %o', (component, config, order, message, hint) => {
    expect(() => entity(component, config).write(order)).toThrow(
      expect.objectContaining({ code: 'bad_params', message, hint }),
    )
  })

  it.each<[string, Record<string, unknown>, EntityOrder, [string, string][]]>([
    [
      'hs in JSON',
      { ...JSON_LIGHT, supported_color_modes: ['hs'] },
      { order: 'color', hue: 30, saturation: 100 },
      [['c', '{"state":"ON","color":{"h":30,"s":100}}']],
    ],
    [
      'xy in JSON',
      { ...JSON_LIGHT, supported_color_modes: ['xy'] },
      { order: 'color', hue: 0, saturation: 100 },
      [['c', '{"state":"ON","color":{"x":0.6401,"y":0.33}}']],
    ],
    [
      'five channels in JSON',
      { ...JSON_LIGHT, supported_color_modes: ['rgbww'] },
      { order: 'color', hue: 0, saturation: 100 },
      [['c', '{"state":"ON","color":{"r":255,"g":0,"b":0,"c":0,"w":0}}']],
    ],
    [
      'kelvin in JSON',
      { ...JSON_LIGHT, supported_color_modes: ['color_temp'], color_temp_kelvin: true },
      { order: 'color_temperature', kelvin: 2_700, percent: 50 },
      [['c', '{"state":"ON","brightness":127,"color_temp":2700}']],
    ],
    [
      'rgb that says its brightness, too',
      { command_topic: 'c', rgb_command_topic: 'r', on_command_type: 'first' },
      { order: 'color', hue: 30, saturation: 100, percent: 50 },
      [
        ['c', 'ON'],
        ['r', '128,64,0'],
      ],
    ],
    [
      'rgb by a template',
      { command_topic: 'c', rgb_command_topic: 'r', rgb_command_template: '{{ red }}/{{ green }}/{{ blue }}' },
      { order: 'color', hue: 0, saturation: 100 },
      [
        ['r', '255/0/0'],
        ['c', 'ON'],
      ],
    ],
    [
      'one template for all',
      {
        ...{ ...TEMPLATE_LIGHT, command_on_template: '{{ red }},{{ green }},{{ blue }}' },
        ...{ red_template: '{{ value }}', green_template: '{{ value }}', blue_template: '{{ value }}' },
      },
      { order: 'color', hue: 120, saturation: 100 },
      [['c', '0,255,0']],
    ],
  ])('of a colour or white is told as the light wants it: %s', (_, config, order, published) => {
    expect(
      entity('light', config)
        .write(order)
        .map(({ topic, payload }) => [topic, payload]),
    ).toEqual(published)
  })

  it('of a white that the light has not is refused, and one that has none needs no range', () => {
    const light = entity('light', { ...JSON_LIGHT, supported_color_modes: ['color_temp'], max_mireds: 454 })
    expect(light.limits?.color_temperature?.range).toEqual({ min: 2_203, max: 6_536, step: 1 })
    expect(() => light.write({ order: 'color_temperature', kelvin: 2_000 })).toThrow(
      '2000 is not between 2203 and 6536',
    )
    expect(entity('light', { ...JSON_LIGHT, max_mireds: 'none' }).orders).toEqual(['on', 'off', 'level'])
    expect(refusal('light', { ...JSON_LIGHT, color_temp: true, min_mireds: 500 })).toBe(
      'its range of color temperatures is none',
    )
  })

  it('of which a template makes nothing is refused', () => {
    const number = entity('number', { command_topic: 'c', command_template: '{{ value / 0 }}' })
    expect(() => number.write({ order: 'value', value: 5 })).toThrow(
      expect.objectContaining({
        code: 'bad_params',
        message: 'command_template makes no message of this: the template divides by zero (character 10)',
      }),
    )
  })

  it('says in its entity what it may be', () => {
    expect(entity('fan', FAN).orders).toEqual(['on', 'off', 'level', 'mode'])
    expect(entity('number', { command_topic: 'c', min: 1, max: 9, step: 2 }).range).toEqual({ min: 1, max: 9, step: 2 })
    expect(entity('climate', CLIMATE)).toMatchObject({ range: { min: 5, max: 30, step: 1 }, options: ['off', 'heat'] })
  })
})
