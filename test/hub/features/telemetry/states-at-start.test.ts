import { describe, expect, it } from 'vitest'
import { VOLATILE_FLUSH_MS } from '../../../../shared/limits.ts'
import { openTestHouse, reading, START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { houseWithBridge, observed, thermometer } from '../devices/house-with-bridge.ts'

/** As many readings that are not indexed as a start looks through. */
const RECENT = 50_000

function withDevice(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  house.tick(1_000)
  return house
}

const states = (house: TestHouse) =>
  house.effects.flatMap((effect) =>
    effect.kind === 'publish' && effect.topic.includes('/state/') ? [JSON.parse(effect.payload || 'null')] : [],
  ) as Record<string, unknown>[]

/** Readings of nobody else's interest, behind those that there are. */
function writeMany(house: TestHouse, count: number): void {
  house.db.exec(
    `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT ${count}) ` +
      `INSERT INTO readings (series_id, reading_time, received_at, value) SELECT 1000, ${START}, ${house.now}, n FROM n`,
  )
}

describe('the first state of a sensor', () => {
  it('is what its reading says, where the hub was killed before it was written', () => {
    const house = withDevice()
    house.send(['lares/kitchen-pi/readings', reading(1, 21)])
    // As where its state was held back: it is shown once a second at most.
    house.db.exec('UPDATE device_entities SET state = NULL, latest = NULL')
    house.restart()
    expect(states(house)).toMatchObject([{ value: 21, unit: '°C', quality: 1, time_quality: 'good' }])
    house.tick(VOLATILE_FLUSH_MS)
    expect(house.all('SELECT state FROM device_entities')).toEqual([{ state: '21' }])
  })

  it('is none that came late', () => {
    const house = withDevice()
    house.now += 3_600_000
    const at = house.now - 1_800_000
    const items = [{ sensor: 'cpu_temperature', value: 21, kind: 'temperature', unit: '°C', at }]
    house.send(['lares/kitchen-pi/readings', { ...reading(1, 21), lane: 'backlog', items }])
    expect(house.all('SELECT reading_time FROM readings')).toEqual([{ reading_time: at }])
    house.restart()
    expect(states(house)).toEqual([])
  })
})

describe('a start', () => {
  it.each([
    { behind: RECENT - 1, value: 22 },
    { behind: RECENT, value: 21 },
  ])('looks for newer states no further back than any house writes in two minutes: $behind', ({ behind, value }) => {
    const house = withDevice()
    house.send(['lares/kitchen-pi/readings', reading(1, 21)])
    house.tick(VOLATILE_FLUSH_MS)
    house.send(['lares/kitchen-pi/readings', reading(2, 22)])
    writeMany(house, behind)
    house.restart()
    expect(states(house)).toMatchObject([{ value }])
  })
})

describe('what was true or false before a kill', () => {
  it.each(['known', 'not known', 'never written'])('is so after it, where what was written was %s', (written) => {
    const { house, device } = houseWithBridge()
    const door = thermometer(device, {
      ...{ entityId: 'binary_sensor.door', uniqueId: 'door', type: 'binary_sensor' },
      measures: { kind: 'opening', unit: '' },
    })
    if (written === 'known') house.send(observed(door, false))
    if (written === 'not known') house.send(observed(door, null))
    house.tick(VOLATILE_FLUSH_MS)
    house.send(observed(door, true, { at: house.now }), observed(thermometer(device), 1, { at: house.now }))
    house.restart()
    expect(states(house).map(({ value }) => value)).toEqual([true, 1])
  })
})
