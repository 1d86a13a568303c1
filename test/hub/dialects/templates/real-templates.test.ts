import { describe, expect, it } from 'vitest'
import type { TemplateValue } from '../../../../hub/dialects/templates/template-value.ts'
import { evaluate, wrongWith } from './evaluate.ts'

interface Case {
  /** Where a template of this form is published. */
  from: string
  source: string
  /** Payloads and what they come to. */
  reads: readonly (readonly [payload: string, text: string])[]
}

const CASES: readonly Case[] = [
  {
    from: 'Zigbee2MQTT, lib/extension/homeassistant.ts: numbers',
    source: '{{ value_json.temperature }}',
    reads: [
      ['{"temperature":21.35}', '21.35'],
      ['{"temperature":21.0}', '21.0'],
      ['{"temperature":null}', 'None'],
      ['{"humidity":4}', ''],
    ],
  },
  {
    from: 'Zigbee2MQTT: a switch of true and false',
    source: '{% if value_json.child_lock %} true {% else %} false {% endif %}',
    reads: [
      ['{"child_lock":true}', 'true'],
      ['{"child_lock":false}', 'false'],
      ['{}', 'false'],
    ],
  },
  {
    from: 'Zigbee2MQTT: a cover that says whether it runs',
    source:
      '{% if "running" in value_json and value_json.running %} {% if value_json.position > 0 %} closing {% else %} opening {% endif %} {% else %} stopped {% endif %}',
    reads: [
      ['{"running":true,"position":40}', 'closing'],
      ['{"running":true,"position":0}', 'opening'],
      ['{"running":false,"position":0}', 'stopped'],
      ['{"position":0}', 'stopped'],
    ],
  },
  {
    from: 'Zigbee2MQTT: what a thermostat does',
    source:
      "{% set values = {None:None,'idle':'idle','heat':'heating','cool':'cooling','fan_only':'fan'} %}{{ values[value_json.running_state] }}",
    reads: [
      ['{"running_state":"heat"}', 'heating'],
      ['{"running_state":null}', 'None'],
      ['{}', ''],
    ],
  },
  {
    from: 'Zigbee2MQTT: the speed of a fan',
    source: "{{ {'off':0, 'low':1, 'medium':2, 'high':3}[value_json.fan_mode] | default('None') }}",
    reads: [
      ['{"fan_mode":"medium"}', '2'],
      ['{"fan_mode":"smart"}', 'None'],
    ],
  },
  {
    from: 'Zigbee2MQTT: the preset of a fan',
    source: "{{ value_json.fan_mode if value_json.fan_mode in ['on', 'auto'] else 'None' | default('None') }}",
    reads: [
      ['{"fan_mode":"auto"}', 'auto'],
      ['{"fan_mode":"low"}', 'None'],
    ],
  },
  {
    from: 'Zigbee2MQTT: a program, as a text',
    source: "{{ value_json.program|default('',True) | truncate(254, True, '', 0) }}",
    reads: [
      ['{"program":"06:00/20"}', '06:00/20'],
      [`{"program":"${'x'.repeat(300)}"}`, 'x'.repeat(254)],
      ['{"program":null}', ''],
    ],
  },
  {
    from: 'Zigbee2MQTT: updates',
    source: `{"latest_version":"{{ value_json['update']['latest_version'] }}","installed_version":"{{ value_json['update']['installed_version'] }}"}`,
    reads: [
      ['{"update":{"latest_version":3,"installed_version":2}}', '{"latest_version":"3","installed_version":"2"}'],
    ],
  },
  {
    from: 'Zigbee2MQTT: the availability of the bridge',
    source: '{{ value_json.state }}',
    reads: [['{"state":"online"}', 'online']],
  },
  {
    from: 'Z-Wave JS UI, hass/configurations: a lock',
    source:
      '{% if value_json.value == false %} false {% elif value_json.value == true %} true {% else %} unknown {% endif %}',
    reads: [
      ['{"value":false}', 'false'],
      ['{"value":true}', 'true'],
      ['{"value":"?"}', 'unknown'],
    ],
  },
  {
    from: 'Z-Wave JS UI: the brightness of a dimmer',
    source: '{{ (value_json.value / 99 * 255) | round(0) }}',
    reads: [
      ['{"value":99}', '255'],
      ['{"value":50}', '129'],
    ],
  },
  {
    from: 'Z-Wave JS UI: a color',
    source:
      '{{ value_json.value[1:3] | int(0, 16) }},{{ value_json.value[3:5] | int(0, 16) }},{{ value_json.value[5:7] | int(0, 16) }}',
    reads: [['{"value":"#ff8000"}', '255,128,0']],
  },
  {
    from: 'Qbus MQTT gateway: a dimmer',
    source: '{%- if value_json.properties.value > 0 -%} on {%- else -%} off {%- endif -%}',
    reads: [
      ['{"properties":{"value":40}}', 'on'],
      ['{"properties":{"value":0}}', 'off'],
    ],
  },
  {
    from: 'Qbus MQTT gateway: its brightness',
    source: '{{ value_json.properties.value | float | multiply(2.55) | round(0) }}',
    reads: [['{"properties":{"value":40}}', '102']],
  },
  {
    from: 'Tasmota, discovery of version 6 to 8: energy',
    source: "{{value_json['ENERGY'].Power}}",
    reads: [['{"ENERGY":{"Power":12,"Voltage":231}}', '12']],
  },
  {
    from: 'Tasmota with a Zigbee bridge',
    source:
      "{%- if value_json.ZbReceived is defined and value_json.ZbReceived['0xE1F9'] is defined -%}{{ value_json['ZbReceived']['0xE1F9'].Dimmer | int }}{%- endif -%}",
    reads: [
      ['{"ZbReceived":{"0xE1F9":{"Dimmer":120}}}', '120'],
      ['{"Time":"2026"}', ''],
    ],
  },
  {
    from: 'OpenMQTTGateway and Theengs, config_mqttDiscovery.h',
    source: '{{ value_json.tempc | is_defined }}',
    reads: [['{"tempc":19.5}', '19.5']],
  },
  {
    from: 'rtl_433, examples/rtl_433_mqtt_hass.py',
    source: '{{ value|float|round(1) }}',
    reads: [
      ['20.049', '20.0'],
      ['20.05', '20.1'],
    ],
  },
  {
    from: 'ps5-mqtt: when it was seen',
    source: "{{ value_json.last_seen if value_json.last_seen else 'unknown' }}",
    reads: [
      ['{"last_seen":"2026-11-30T16:00:00Z"}', '2026-11-30T16:00:00Z'],
      ['{"last_seen":""}', 'unknown'],
    ],
  },
  {
    from: 'Meshtastic: a position',
    source:
      '{%- if value_json.from == 4 and value_json.payload.latitude_i is defined and value_json.payload.longitude_i is defined -%}\n  on\n{%- endif -%}',
    reads: [
      ['{"from":4,"payload":{"latitude_i":1,"longitude_i":2}}', 'on'],
      ['{"from":5}', ''],
    ],
  },
  {
    from: 'Tuya gateways: a value by its name',
    source: "{% set v = value_json.get('switch_1') %}{{ 'ON' if v else 'OFF' }}",
    reads: [
      ['{"switch_1":true}', 'ON'],
      ['{}', 'OFF'],
    ],
  },
  {
    from: 'Home Assistant, MQTT sensor: attributes',
    source: "{{ {'full_text': value_json.response} | tojson }}",
    reads: [['{"response":"it is <b>"}', '{"full_text": "it is \\u003cb\\u003e"}']],
  },
]

describe('a template of a public project', () => {
  it.each(
    CASES.flatMap(({ from, source, reads }) => reads.map(([payload, text]) => ({ from, source, payload, text }))),
  )('$from: $payload', ({ source, payload, text }) => {
    expect(evaluate(source, payload)).toBe(text)
  })

  it.each<[string, string, Record<string, TemplateValue>, string]>([
    ['Zigbee2MQTT: a position', '{ "position": {{ position }} }', { position: 40 }, '{ "position": 40 }'],
    [
      'Zigbee2MQTT: the speed of a fan',
      "{{ {0:'off', 1:'low', 2:'medium'}[value] | default('') }}",
      { value: 2 },
      'medium',
    ],
    [
      'Z-Wave JS UI: a dimmer',
      '{{ ((brightness / 255 * 99) | round(0)) if brightness is defined else 255 }}',
      { brightness: 128 },
      '50',
    ],
    [
      'Z-Wave JS UI: a dimmer without a level',
      '{{ ((brightness / 255 * 99) | round(0)) if brightness is defined else 255 }}',
      {},
      '255',
    ],
    [
      'Z-Wave JS UI: a color',
      "{{ '#%02x%02x%02x' | format(red, green, blue)}}",
      { red: 255, green: 128, blue: 0 },
      '#ff8000',
    ],
    [
      'AWTRIX: a setting',
      `{"autoBrightness":{{ 'true' if value == 'Auto' else 'false' }}}`,
      { value: 'Auto' },
      '{"autoBrightness":true}',
    ],
  ])('makes a command: %s', (_from, source, brought, text) => {
    expect(evaluate(source, '', brought)).toBe(text)
  })

  it('leaves a message alone that has not what is looked for', () => {
    expect(wrongWith('{{ value_json.tempc | is_defined }}', '{"hum":40}')).toBe('a value is not there (character 23)')
  })
})
