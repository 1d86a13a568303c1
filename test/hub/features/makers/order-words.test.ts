import { beforeEach, describe, expect, it } from 'vitest'
import { ask, commandInput } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { accepted, entityOf, lampOf, makersHouse, reach, saying } from './makers-house.ts'

let house: TestHouse

beforeEach(() => {
  const of = (component: string, part: string, more: Partial<Parameters<typeof entityOf>[2]>) =>
    entityOf('0x1', component, {
      uniqueId: `${component}/${part}`,
      entityId: `${component}.${part}`,
      name: part,
      ...more,
    })
  house = makersHouse(
    lampOf('0x1', {
      name: 'Room',
      entities: [
        of('light', 'Sofa', { orders: ['on', 'off', 'level', 'color_temperature'] }),
        of('climate', 'AC', {
          orders: ['temperature', 'mode', 'preset', 'fan_mode'],
          options: ['heat'],
          range: { min: 5, max: 30, step: 0.5 },
          limits: { preset: { options: ['eco', 'auto'] }, fan_mode: { options: ['auto', 'low'] } },
        }),
        of('sensor', 'Warmth', {}),
      ],
    }),
  )
  accepted(house, 'zigbee2mqtt_0x1')
  house.send(reach('zigbee2mqtt_0x1', true))
  house.send(
    saying(
      [
        lampOf('0x2', {
          name: 'Fan in the hall',
          entities: [entityOf('0x2', 'switch', { name: 'state', orders: ['on', 'off'] })],
        }),
      ],
      { whole: false },
    ),
  )
  accepted(house, 'zigbee2mqtt_0x2')
  house.send(reach('zigbee2mqtt_0x2', true))
  house.now += 5_000
})

const refusal = (entity: string, what: string) => ask(house, commandInput('entities/set', { entity, what })).error

describe('an order', () => {
  it.each([
    ['AC', '21,5', { order: 'temperature', degrees: 21.5 }],
    ['AC', '21.5 °C', { order: 'temperature', degrees: 21.5 }],
    ['AC', '21°', { order: 'temperature', degrees: 21 }],
    ['AC', 'Eco', { order: 'preset', mode: 'eco' }],
    ['AC', 'low', { order: 'fan_mode', mode: 'low' }],
    ['Sofa', '2700', { order: 'color_temperature', kelvin: 2_700 }],
    ['Sofa', '12,5 %', { order: 'level', percent: 12.5 }],
    ['fan in the HALL', 'on', { order: 'on' }],
  ])('is read as people write it: %s %s', (entity, what, order) => {
    house.send(commandInput('entities/set', { entity, what }))
    expect(house.effects.flatMap((effect) => (effect.kind === 'maker_order' ? [effect.order] : []))).toEqual([order])
  })

  it('that could be one of two things is neither', () => {
    expect(refusal('AC', 'auto')).toMatchObject({ code: 'bad_params' })
    expect(refusal('Sofa', '21 °C')).toMatchObject({ code: 'bad_params' })
    expect(refusal('Room', 'on')).toMatchObject({
      code: 'bad_params',
      message: 'Room has several that can be told something',
      hint: expect.stringMatching(/^Name one of them: .*Sofa/),
    })
  })

  it('to nothing that takes one says what it is', () => {
    expect(refusal('warmth', '3')?.message).toBe('warmth can only be read')
    expect(refusal('on', 'Sofa')?.hint).toBe('Did you mean lares entities set Sofa on? What it is to be comes last.')
    expect(refusal('nothing', 'on')?.message).toBe('there is no nothing that can be told something')
  })
})
