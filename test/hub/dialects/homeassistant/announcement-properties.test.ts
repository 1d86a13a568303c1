import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hear } from '../../../../hub/dialects/hear.ts'
import { ABBREVIATIONS } from '../../../../hub/dialects/homeassistant/abbreviations.ts'
import { readAnnouncement } from '../../../../hub/dialects/homeassistant/read-announcement.ts'
import { Payload } from '../../../../hub/dialects/payload.ts'
import type { Announcement } from '../../../../hub/dialects/said.ts'
import type { EntityOrder } from '../../../../shared/entity-order.ts'
import { LaresError } from '../../../../shared/errors.ts'
import { bytes } from './announce.ts'

const component = fc.constantFrom(
  ...[
    'sensor',
    'binary_sensor',
    'switch',
    'light',
    'number',
    'select',
    'button',
    'cover',
    'climate',
    'lock',
    'fan',
    'siren',
  ],
  ...[
    'text',
    'event',
    'device_tracker',
    'update',
    'scene',
    'humidifier',
    'valve',
    'water_heater',
    'device',
    'camera',
    'constructor',
    '__proto__',
  ],
)
const key = fc.constantFrom(
  ...ABBREVIATIONS.keys(),
  ...ABBREVIATIONS.values(),
  ...['schema', 'brightness', 'min', 'max', 'modes', 'name', 'qos', '~', '__proto__', 'constructor', 'unique_id'],
)
const template = fc.constantFrom('{{ value_json.a }}', '{{ value }}', '{{ value | int }}', '{% if', '{{ now() }}', 'x')
const value = fc.oneof(
  fc.constantFrom<unknown>('t', 't', 'u', 'json', 'template', ['a', 'b'], true, null, 5, '5', { t: 't' }, { ids: 'd' }),
  template,
  fc.jsonValue(),
)
const config = fc.dictionary(key, value, { maxKeys: 25 })
const device = fc.record({
  device: fc.oneof(fc.constant({ identifiers: ['d'] }), fc.jsonValue()),
  components: fc.dictionary(
    fc.constantFrom('a', 'b', '__proto__'),
    fc.tuple(config, component).map(([one, p]) => ({ ...one, p })),
  ),
  state_topic: fc.constantFrom('t', 'u'),
  command_topic: value,
})
const payload = fc.oneof(fc.constantFrom('ON', 'OFF', '5', '{"a":"ON"}', 'None', ''), fc.json(), fc.string())
const orders: EntityOrder[] = [
  ...(['on', 'off', 'press', 'open', 'close', 'stop', 'lock', 'unlock'] as const).map((order) => ({ order })),
  ...(['level', 'position', 'tilt', 'humidity'] as const).map((order) => ({ order, percent: 50 })),
  { order: 'value', value: 5 },
  { order: 'option', option: 'a' },
  { order: 'text', text: 'a' },
  { order: 'temperature', degrees: 20, mode: 'heat' },
  ...(['mode', 'preset', 'fan_mode', 'swing_mode'] as const).map((order) => ({ order, mode: 'a' })),
  { order: 'color', hue: 30, saturation: 100, percent: 50 },
  { order: 'color_temperature', kelvin: 2_700 },
  { order: 'effect', effect: 'a', percent: 50 },
]

/** `null`: it is refused with an error of ours. Throws what is thrown otherwise. */
function readable(topic: string, given: Uint8Array): Announcement | null {
  try {
    return readAnnouncement(topic, given)
  } catch (error) {
    expect(error).toBeInstanceOf(LaresError)
    return null
  }
}

describe('any announcement', () => {
  it('comes to entities that can be read and told, to refusals with reasons, or to an error of ours', () => {
    let entities = 0
    const check = (kind: string, values: object, text: string) => {
      const read = readable(`homeassistant/${kind}/x/config`, bytes(values))
      if (read === null) return
      for (const { reason } of read.notConnected) expect(reason).not.toBe('')
      for (const entity of read.entities) {
        entities++
        expect(entity.uniqueId.length).toBeLessThanOrEqual(255)
        for (const { topic } of entity.listens) {
          const said = hear(
            entity,
            { topic, payload: new Payload(text), retained: false },
            { state: undefined, attributes: {} },
          )
          expect(['undefined', 'string', 'number', 'boolean', 'object']).toContain(typeof said.state)
        }
        for (const order of orders)
          try {
            expect(entity.write(order).length).toBeGreaterThan(0)
          } catch (error) {
            expect(error).toBeInstanceOf(LaresError)
          }
      }
    }
    fc.assert(fc.property(component, config, payload, check), { numRuns: 4_000 })
    fc.assert(
      fc.property(device, payload, (values, text) => check('device', values, text)),
      { numRuns: 1_000 },
    )
    expect(entities).toBeGreaterThan(300)
  })

  it('comes to an error of ours when it is no JSON object', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (given) => {
        readable('homeassistant/sensor/x/config', given)
      }),
    )
  })
})
