import { describe, expect, it } from 'vitest'
import { stateWords } from '../../web/entities/state-words.ts'
import type { EntityLine } from '../../web/hub/answers.ts'
import { lovedOf, mainEntity } from '../../web/screens/overview/main-entity.ts'

const entity = (more: Partial<EntityLine>): EntityLine => ({
  ...{ entity_id: 'x', key: 'x', name: null, entity_type: 'sensor', device_class: null, unit_of_measurement: null },
  ...{ is_enabled: true, state: null, details: null },
  ...more,
})
const said = (value: number | string | boolean | null, unit = '') => ({
  ...{ value, unit, at: 0, quality: 1, time_quality: 'good' as const },
})

describe('the state of an entity', () => {
  it('is in words, and for a contact those of a door', () => {
    expect(stateWords(entity({ entity_type: 'switch' }), said('on'))).toBe('on')
    expect(stateWords(entity({ device_class: 'door' }), said('on'))).toBe('open')
    expect(stateWords(entity({ device_class: 'motion' }), said(false))).toBe('off')
    expect(stateWords(entity({}), said(21.456, '°C'))).toBe('21.46\u202f°C')
  })

  it('is what was stored until something is published, and says that there is none', () => {
    expect(stateWords(entity({ state: '23.5', unit_of_measurement: '%' }), null)).toBe('23.5\u202f%')
    expect(stateWords(entity({ state: 'on', details: '40 %' }), null)).toBe('on, 40 %')
    expect(stateWords(entity({}), said(null))).toBe('no value yet')
  })

  it('that is a text stays that text', () => {
    expect(stateWords(entity({}), said('<b>1</b>'))).toBe('<b>1</b>')
    expect(stateWords(entity({}), said(''))).toBe('')
  })
})

describe('what stands for a device at a glance', () => {
  it('is what is switched before what is watched, and nothing that is only measured', () => {
    const lamp = entity({ key: 'b', entity_type: 'light' })
    const door = entity({ key: 'a', entity_type: 'binary_sensor', device_class: 'door' })
    expect(mainEntity([door, lamp])).toBe(lamp)
    expect(mainEntity([door, entity({ key: 'c' })])).toBe(door)
    expect(mainEntity([entity({ key: 'c' })])).toBeUndefined()
    expect(mainEntity([{ ...lamp, is_enabled: false }])).toBeUndefined()
  })

  it('is the temperature of those that measure', () => {
    const sensors = ['load', 'hall_temperature', 'humidity'].map((sensor) => ({ sensor, sensor_type: 'number' }))
    expect(lovedOf(sensors)?.sensor).toBe('hall_temperature')
    expect(lovedOf([])).toBeUndefined()
  })
})
