import { describe, expect, it } from 'vitest'
import { VOLATILE_FLUSH_MS } from '../../../../shared/limits.ts'
import { query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

interface Shown {
  entities: { name: string; state: string | null }[]
}

const measured = (house: TestHouse, value: number, more: object = {}) =>
  house.send(['lares/garden-esp/readings', { items: [{ sensor: 'bed', kind: 'temperature', value, ...more }] }])

const listed = (house: TestHouse) => query<Shown>(house, 'entities/list', {}).entities.map(({ state }) => state)
const shown = (house: TestHouse) =>
  query<Shown>(house, 'devices/show', { device: 'garden-esp' }).entities.map(({ state }) => state)
const written = (house: TestHouse) =>
  house.all<{ state: string }>('SELECT state FROM device_entities').map(({ state }) => state)

describe('the state of an entity', () => {
  it('is the newest for whoever asks, although it is written later', () => {
    const house = openTestHouse()
    house.device('garden-esp', 'mqtt')
    measured(house, 20)
    house.tick(1_000)
    measured(house, 21)
    house.tick(1_000)
    expect(written(house)).toEqual(['20'])
    expect(listed(house)).toEqual(['21'])
    expect(shown(house)).toEqual(['21'])
    house.tick(VOLATILE_FLUSH_MS)
    expect(written(house)).toEqual(['21'])
    measured(house, 19, { at: house.now - 3_600_000 })
    expect(listed(house)).toEqual(['21'])
  })

  it('is none of what the device has no more', () => {
    const house = openTestHouse()
    house.device('garden-esp', 'mqtt')
    measured(house, 20)
    measured(house, 21)
    house.db.exec('UPDATE device_entities SET is_enabled = 0')
    expect(shown(house)).toEqual([null])
  })
})
