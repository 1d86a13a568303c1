import { describe, expect, it } from 'vitest'
import { MakerCounts } from '../../../../hub/features/makers/maker-metrics.ts'
import type { SourceFigures } from '../../../../hub/features/makers/source-figures.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { accepted, deviceOf, lampOf, makersHouse, saying, source, states, Z2M } from './makers-house.ts'

const NONE = { waiting: 0, accepted: 0, ignored: 0, left: 0 }
const at = (source: string, devices = NONE): SourceFigures => ({ source, isOnline: true, devices })

/** What is told of sources within a second, if that is anything. */
function figures(house: TestHouse): readonly SourceFigures[] | undefined {
  house.tick(1_000)
  return house.effects.flatMap((effect) => (effect.kind === 'maker_figures' ? [effect.figures] : []))[0]
}

/** So many states, beside those that came too fast. */
const heard = (count: number, dropped = 0) => ({
  ...states(...Array.from({ length: count }, () => ({ uniqueId: 'light', state: true }))),
  ...{ source: 'home', dropped },
})

function shown(counts: MakerCounts): Record<string, number> {
  return Object.fromEntries(
    counts.metrics.flatMap(({ name, read }) =>
      [...read()].map(({ labels = {}, value }) => [[name, ...Object.values(labels)].join(' '), value]),
    ),
  )
}

describe('the numbers of a source', () => {
  it('are told when they are others: its devices, and whether it is there', () => {
    const house = makersHouse(lampOf(), deviceOf('0x2'))
    expect(figures(house)).toEqual([at(Z2M, { ...NONE, waiting: 2 })])
    expect(figures(house)).toBeUndefined()
    accepted(house)
    expect(figures(house)).toEqual([at(Z2M, { ...NONE, waiting: 1, accepted: 1 })])
    house.send(saying([lampOf()]))
    expect(figures(house)).toEqual([at(Z2M, { ...NONE, accepted: 1, left: 1 })])
    house.send(source(false, 'away'))
    expect(figures(house)).toEqual([{ ...at(Z2M, { ...NONE, accepted: 1, left: 1 }), isOnline: false }])
  })

  it('are told anew after a start', () => {
    const house = makersHouse(lampOf())
    figures(house)
    house.restart()
    expect(figures(house)).toHaveLength(1)
  })

  it('know of states that nobody was asked for', () => {
    const house = makersHouse(lampOf())
    const of = (uniqueId: string) => house.input({ ...states({ uniqueId, state: true }) }).value
    expect(of('light/0x1_state')).toBe(1)
    accepted(house)
    expect(of('light/0x1_state')).toBe(0)
  })
})

describe('metrics of devices of other makers', () => {
  it('say of each source what came of what it said and was told', () => {
    const counts = new MakerCounts()
    counts.note([at('home', { ...NONE, accepted: 3 })])
    counts.states(heard(8, 2), 3)
    counts.states(heard(1), 0)
    counts.order('home', 'published')
    counts.order('home', 'refused')
    counts.order('home', 'published')
    counts.passedOver([{ source: 'home', messages: 4 }])
    expect(shown(counts)).toEqual({
      'lares_maker_source_connected home': 1,
      'lares_maker_devices home waiting': 0,
      'lares_maker_devices home accepted': 3,
      'lares_maker_devices home ignored': 0,
      'lares_maker_devices home left': 0,
      'lares_maker_states_total home heard': 11,
      'lares_maker_states_total home dropped': 3,
      'lares_maker_orders_total home published': 2,
      'lares_maker_orders_total home refused': 1,
      'lares_maker_messages_passed_over_total home': 4,
    })
  })

  it('have no line of a source that is no more, and keep nothing of it', () => {
    const counts = new MakerCounts()
    counts.note([at('home')])
    counts.states(heard(10), 2)
    counts.note([])
    expect(shown(counts)).toEqual({})
    counts.note([at('home')])
    expect(shown(counts)['lares_maker_states_total home heard']).toBe(0)
  })
})
