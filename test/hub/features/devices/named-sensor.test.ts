import { describe, expect, it } from 'vitest'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse } from '../../engine/engine-in-memory.ts'

interface Latest {
  readings: { device: string; sensor: string; sensor_name: string }[]
}

/** A device and its sensors by key, each with the name that people gave it. */
function houseOf(sensors: Record<string, string>) {
  const house = openTestHouse()
  house.device('kitchen-pi')
  const items = Object.keys(sensors).map((sensor) => ({ sensor, value: 1 }))
  house.send(['lares/kitchen-pi/readings', { items }])
  for (const [key, name] of Object.entries(sensors))
    house.db.prepare('UPDATE device_entities SET name = ? WHERE unique_id = ?').run(name, `kitchen-pi_${key}`)
  return house
}

const called = (house: ReturnType<typeof houseOf>, params: Record<string, unknown> = {}) =>
  query<Latest>(house, 'readings/latest', params).readings.map(({ sensor, sensor_name }) => [sensor, sensor_name])

const queried = (house: ReturnType<typeof houseOf>, sensor: string) =>
  query<{ series: { sensor: string }[] }>(house, 'readings/query', { device: 'kitchen-pi', sensor }).series.map(
    (series) => series.sensor,
  )

describe('a sensor in what people read', () => {
  it('has its name, and its key where it has none or two of its device have the same', () => {
    const house = houseOf({ a: 'Cellar', b: '', c: 'Probe', d: 'Probe' })
    expect(called(house)).toEqual([
      ['a', 'Cellar'],
      ['b', 'b'],
      ['c', 'c'],
      ['d', 'd'],
    ])
    const { readings } = query<Latest>(house, 'readings/received')
    expect(readings.map(({ sensor_name }) => sensor_name)).toEqual(['Cellar', 'b', 'c', 'd'])
  })
})

describe('a sensor that a person names', () => {
  it('is found by its key and by its name in any case', () => {
    const house = houseOf({ load: 'Load (1 min)', cellar: 'Küche' })
    for (const given of ['load', 'Load (1 min)', 'LOAD (1 MIN)'])
      expect([given, queried(house, given)]).toEqual([given, ['load']])
    expect(queried(house, 'Ku\u0308CHE')).toEqual(['cellar'])
    expect(called(house, { sensor: 'küche' })).toEqual([['cellar', 'Küche']])
  })

  it('is meant by a key before a name, and by its key where two have the name', () => {
    const house = houseOf({ a: 'b', b: 'a', c: 'Probe', d: 'Probe' })
    expect(queried(house, 'a')).toEqual(['a'])
    expect(() => queried(house, 'probe')).toThrow(
      expect.objectContaining({ code: 'bad_params', message: '2 sensors of kitchen-pi are called probe: c, d' }),
    )
    expect(called(house, { sensor: 'probe' }).map(([key]) => key)).toEqual(['c', 'd'])
  })

  it('that is not there is answered with the nearest', () => {
    const house = houseOf({ load: 'Load (1 min)' })
    expect(() => queried(house, 'Load (1 mn)')).toThrow(
      expect.objectContaining({ code: 'not_found', hint: expect.stringContaining('Did you mean Load (1 min)?') }),
    )
  })

  it('that is not there is told from one without readings, also by what could be a key', () => {
    const house = houseOf({ load: 'Load (1 min)' })
    for (const verb of ['readings/query', 'readings/summary', 'readings/received', 'readings/latest'] as const)
      expect(() => query(house, verb, { device: 'kitchen-pi', sensor: 'lod' })).toThrow(
        expect.objectContaining({ code: 'not_found', message: 'kitchen-pi has no sensor lod' }),
      )
    expect(() => queried(house, 'lod')).toThrow(
      expect.objectContaining({ hint: 'Did you mean load? Its sensors are listed by: lares devices show kitchen-pi.' }),
    )
  })

  it('is found by its key when only its readings are left', () => {
    const house = houseOf({ load: 'Load (1 min)' })
    house.db.prepare('UPDATE reading_series SET entity_id = NULL').run()
    house.db.prepare('DELETE FROM device_entities').run()
    expect(queried(house, 'load')).toEqual(['load'])
  })

  it('is removed by its name', () => {
    const house = houseOf({ load: 'Load (1 min)' })
    const remove = commandInput('sensors/remove', { device: 'kitchen-pi', sensor: 'Load (1 min)' })
    expect(data(ask(house, remove))).toMatchObject({ sensor: 'load' })
    expect(called(house)).toEqual([])
  })
})
