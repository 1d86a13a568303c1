import { describe, expect, it } from 'vitest'
import { hear } from '../../../../hub/dialects/hear.ts'
import { payloadOf } from '../../../../hub/dialects/payload.ts'
import { bytes, entity, told } from './announce.ts'
import { OUTPUTS } from './heard-outputs.ts'
import { json, MEASURED } from './heard-rows.ts'

describe('what a message says', () => {
  it.each([...MEASURED, ...OUTPUTS])('%s: %s', (_what, component, config, messages, state, attributes) => {
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
