import { beforeEach, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../../../shared/limits.ts'
import { ask, commandInput, query } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { accepted, entityOf, lampOf, reach, type SaidState, saying, states } from './makers-house.ts'
import { houseThatTakesOrders, orderingIn } from './ordering-house.ts'

let house: TestHouse
beforeEach(() => {
  house = houseThatTakesOrders().house
})

const { set, told, orders, answers, says, ordered, lastId } = orderingIn(() => house)

describe('entities set of a lamp with colours', () => {
  const LOOK = 'light/sofa'
  const RED = { hue: 0, saturation: 100 }

  beforeEach(() => {
    const sofa = entityOf('0x5', 'light', {
      ...{ uniqueId: LOOK, entityId: 'light.sofa', name: 'Sofa' },
      orders: ['on', 'off', 'level', 'color', 'color_temperature', 'effect'],
      limits: {
        color_temperature: { range: { min: 2_200, max: 4_000, step: 1 } },
        effect: { options: ['colorloop', 'Candle flicker'] },
      },
    })
    const blind = entityOf('0x5', 'cover', {
      ...{ uniqueId: 'cover/slats', entityId: 'cover.slats', name: 'Slats', orders: ['open', 'position', 'tilt'] },
    })
    const heater = entityOf('0x5', 'climate', {
      ...{ uniqueId: 'climate/ac', entityId: 'climate.ac', name: 'AC', options: ['heat', 'off'] },
      ...{ orders: ['temperature', 'mode', 'preset', 'fan_mode', 'humidity'], range: { min: 5, max: 30, step: 1 } },
      limits: { preset: { options: ['eco', 'boost'] }, fan_mode: { options: ['low'], untold: true } },
    })
    house.send(saying([lampOf('0x5', { name: 'Room', entities: [sofa, blind, heater] })], { whole: false }))
    accepted(house, 'Room')
    house.send(reach('zigbee2mqtt_0x5', true))
    house.now += 5_000
  })

  it.each<[string, string, Record<string, unknown>, SaidState['attributes'], string]>([
    ['Sofa', 'red', { order: 'color', ...RED }, { hs_color: [2, 98] }, 'red'],
    ['Sofa', '#ff0000', { order: 'color', ...RED }, { hs_color: [0, 100], color_mode: 'xy' }, 'red'],
    ['Sofa', 'colour red', { order: 'color', ...RED }, { hs_color: [0, 100] }, 'red'],
    [
      'Sofa',
      'Red 40%',
      { order: 'color', ...RED, percent: 40 },
      { hs_color: [0, 100], brightness: 102 },
      'red at 40 %',
    ],
    [
      'Sofa',
      '40 % red',
      { order: 'color', ...RED, percent: 40 },
      { hs_color: [0, 100], brightness: 102 },
      'red at 40 %',
    ],
    ['Sofa', 'warm', { order: 'color_temperature', kelvin: 2_700 }, { color_temp_kelvin: 2_703 }, '2700 K'],
    ['Sofa', 'candle', { order: 'color_temperature', kelvin: 2_200 }, { color_temp_kelvin: 2_203 }, '2200 K'],
    [
      ...(['Sofa', '2700 K 40%', { order: 'color_temperature', kelvin: 2_700, percent: 40 }] as const),
      ...([{ color_temp_kelvin: 2_703, color_mode: 'color_temp', brightness: 103 }, '2700 K at 40 %'] as const),
    ],
    ['Sofa', 'effect colorloop', { order: 'effect', effect: 'colorloop' }, { effect: 'colorloop' }, 'colorloop'],
    [
      'Sofa',
      'candle FLICKER',
      { order: 'effect', effect: 'Candle flicker' },
      { effect: 'Candle flicker' },
      'Candle flicker',
    ],
    ['Slats', 'tilt 30%', { order: 'tilt', percent: 30 }, { current_tilt_position: 31 }, 'tilt at 30 %'],
    ['AC', 'preset ECO', { order: 'preset', mode: 'eco' }, { preset_mode: 'eco' }, 'eco'],
    ['AC', '50%', { order: 'humidity', percent: 50 }, { humidity: 50 }, 'humidity at 50 %'],
    ['AC', 'mode heat', { order: 'mode', mode: 'heat' }, { preset_mode: 'heat' }, 'heat'],
  ])('%s %s is told, and done when the lamp says so', (entity, what, order, attributes, words) => {
    set(entity, what)
    const [[uniqueId, told] = []] = orders()
    expect(told).toEqual(order)
    ordered(lastId())
    house.send(states({ uniqueId: String(uniqueId), state: true }))
    expect(answers()).toEqual([])
    house.send(states({ uniqueId: String(uniqueId), state: true, ...(attributes && { attributes }) }))
    expect(says()).toMatchObject([['ok', { says: expect.stringMatching(new RegExp(`took ${words}$`)) }]])
  })

  it.each<[string, string, SaidState]>([
    ['another colour', 'red', { uniqueId: LOOK, state: true, attributes: { hs_color: [60, 100] } }],
    [
      'its colour of before, while it is white',
      'red',
      { uniqueId: LOOK, state: true, attributes: { hs_color: [0, 100], color_mode: 'color_temp' } },
    ],
    [
      'another brightness',
      'red 40%',
      { uniqueId: LOOK, state: true, attributes: { hs_color: [0, 100], brightness: 255 } },
    ],
    [
      'its white of before, while it is red',
      'warm',
      { uniqueId: LOOK, state: true, attributes: { color_temp_kelvin: 2_700, color_mode: 'xy' } },
    ],
    ['that it is off', 'red', { uniqueId: LOOK, state: false, attributes: { hs_color: [0, 100] } }],
    ['another effect', 'effect colorloop', { uniqueId: LOOK, state: true, attributes: { effect: 'none' } }],
  ])('is not done when the lamp says %s', (_, what, seen) => {
    set('Sofa', what)
    ordered(lastId())
    house.send(states(seen))
    expect(answers()).toEqual([])
    house.tick(COMMANDS.switchMs + COMMANDS.graceMs)
    expect(says()).toMatchObject([['error', { code: 'outcome_unknown' }]])
  })

  it('is done when it was published where no state tells of it', () => {
    set('AC', 'fan low')
    expect(orders()).toEqual([['climate/ac', { order: 'fan_mode', mode: 'low' }]])
    expect(answers()).toEqual([])
    ordered(lastId())
    expect(says()).toMatchObject([['ok', { says: 'Room: AC took low' }]])
  })

  it('refuses what the lamp has not, with what it has', () => {
    const hint = (entity: string, what: string) =>
      ask(house, commandInput('entities/set', { entity, what })).error?.hint
    const takes =
      'It takes on, off, toggle, 0% to 100%, a colour (red, "#ff8800"), warm, cold, 2200 K to 4000 K, effect colorloop | Candle flicker.'
    for (const what of ['9000 K', 'effect party', 'reddish', 'red 140%', '#000000', 'tilt 3%'])
      expect(hint('Sofa', what)).toBe(takes)
    expect(hint('Ceiling', 'red')).toBe('It takes on, off, toggle, 0% to 100%.')
    expect(hint('Slats', 'tilt 130%')).toBe('It takes open, 0% to 100%, tilt 0% to tilt 100%.')
    expect(hint('AC', 'preset party')).toBe(
      'It takes humidity 0% to 100%, a number from 5 to 30, heat, off, preset eco | boost, fan mode low.',
    )
    expect(told()).toEqual([])
  })

  it('is shown in words', () => {
    const shown = (state: SaidState['state'], attributes: SaidState['attributes']) => {
      house.send(states({ uniqueId: LOOK, state: state ?? null, ...(attributes && { attributes }) }))
      house.tick(120_000)
      const { entities } = query<{ entities: { entity_id: string; state: string; details: string | null }[] }>(
        house,
        'entities/list',
      )
      const { state: word, details } = entities.find(({ entity_id }) => entity_id === 'light.sofa') ?? {}
      return `${word}: ${details}`
    }
    expect(shown(true, { brightness: 102, hs_color: [1, 99], color_temp_kelvin: 2_700, color_mode: 'xy' })).toBe(
      'on: 40 %, red',
    )
    expect(
      shown(true, { brightness: 102, hs_color: [1, 99], color_temp_kelvin: 2_700, color_mode: 'color_temp' }),
    ).toBe('on: 40 %, 2700 K')
    expect(shown(true, { hs_color: [32, 100], effect: 'colorloop' })).toBe('on: orange, colorloop')
    expect(shown(false, { brightness: 102, hs_color: [1, 99] })).toBe('off: null')
  })
})
