import { beforeEach, describe, expect, it } from 'vitest'
import type { WakeBid } from '../../../../hub/engine/wake-bid.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { ends, houseWithSpeakers, leaves, say, starts, told } from './talk.ts'

let house: TestHouse
beforeEach(() => {
  house = houseWithSpeakers()
  say(house, 'groups/create', { name: 'Downstairs' })
  for (const device of ['kitchen-pi', 'hall-pi']) say(house, 'groups/assign', { group: 'Downstairs', device })
})

function wakes(device: string, more: object = {}): WakeBid[] {
  house.effects.splice(0)
  house.send([`lares/${device}/wake`, { turn: `${device}-1`, score: 0.9, snr_db: 20, peak_db: -10, mono: 1, ...more }])
  return house.effects.flatMap((effect) => (effect.kind === 'wake_heard' ? [effect.bid] : []))
}

describe('a device that hears somebody', () => {
  it('says how well where others of its group may have heard it, and nothing where it is alone', () => {
    expect(wakes('kitchen-pi')).toEqual([
      {
        ...{ device: 'kitchen-pi', turn: 'kitchen-pi-1', group: expect.any(String), isChosen: false },
        ...{ snrDb: 20, peakDb: -10, score: 0.9 },
      },
    ])
    expect(wakes('kitchen-pi', { trigger: 'button' })).toMatchObject([{ isChosen: true }])
    expect(wakes('attic-pi')).toEqual([])
    leaves(house, 'hall-pi')
    expect(wakes('kitchen-pi')).toEqual([])
  })

  it('stands down where another one heard it better, and who heard it how well is kept with each turn', () => {
    const [best] = wakes('kitchen-pi')
    const [other] = wakes('hall-pi', { snr_db: 7 })
    if (best === undefined || other === undefined) throw new Error('nobody heard it')
    for (const { device, turn } of [best, other]) starts(house, device, turn)
    house.effects.splice(0)
    house.input({ kind: 'arbitrated', winner: best, others: [other] })
    expect(told(house, 'hall-pi')).toMatchObject([
      { turn: 'hall-pi-1', step: 'stand_down', reason: 'kitchen-pi heard it better' },
    ])
    expect(told(house, 'kitchen-pi')).toEqual([])
    const kept = house.all<{ device_id: string; told: string }>(
      "SELECT device_id, timings -> 'arbitration' AS told FROM turns ORDER BY device_id",
    )
    expect(kept.map(({ device_id, told }) => [device_id, JSON.parse(told).won, JSON.parse(told).heard.length])).toEqual(
      [
        ['hall-pi', false, 2],
        ['kitchen-pi', true, 2],
      ],
    )
    expect(house.all("SELECT device_id FROM events WHERE event_type = 'stood_down'")).toEqual([
      { device_id: 'hall-pi' },
    ])
  })

  it('that has ended by itself is told nothing any more', () => {
    const [best] = wakes('kitchen-pi')
    const [other] = wakes('hall-pi')
    if (best === undefined || other === undefined) throw new Error('nobody heard it')
    starts(house, 'hall-pi', other.turn)
    ends(house, 'hall-pi', other.turn)
    house.effects.splice(0)
    house.input({ kind: 'arbitrated', winner: best, others: [other] })
    expect(told(house, 'hall-pi')).toEqual([])
  })
})

describe('a turn that is granted', () => {
  it.each([
    ['quick', 300],
    ['normal', undefined],
    ['patient', 2_200],
  ])('says for how long a silence its persona waits: %s', (activity, silence) => {
    say(house, 'personas/edit', { persona: 'companion', activity })
    say(house, 'personas/publish', { persona: 'companion', notes: 'silence', anyway: true })
    house.effects.splice(0)
    starts(house, 'kitchen-pi', 't1')
    expect(told(house, 'kitchen-pi')[0]).toMatchObject({ step: 'granted' })
    expect(told(house, 'kitchen-pi')[0]?.silence_ms).toBe(silence)
  })
})
