import { describe, expect, it } from 'vitest'
import { receivedReadings } from '../../../../hub/features/telemetry/received-readings.ts'
import { passLostKeys } from '../../../../hub/store/append-keys.ts'
import type { Database } from '../../../../shared/sqlite/open.ts'
import { authorizedFor, query } from '../../engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../../engine/engine-in-memory.ts'

interface Received {
  readings: { id: number; device: string; device_name: string; sensor: string; value: number; time: number }[]
  newest: number
  next?: number
}

const received = (house: TestHouse, params: Record<string, unknown> = {}) =>
  query<Received>(house, 'readings/received', params)
const values = ({ readings }: Received) => readings.map(({ value }) => value)

function withReadings(...values: number[]): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  for (const [index, value] of values.entries()) house.send(['lares/kitchen-pi/readings', reading(index + 1, value)])
  return house
}

describe('readings in the order in which they came in', () => {
  it('are the last ones, or those after one of them', () => {
    const house = withReadings(20, 21, 22, 23)
    expect(values(received(house, { limit: 2 }))).toEqual([22, 23])
    expect(received(house, { limit: 2 }).next).toBeUndefined()
    const first = received(house).readings[0]?.id ?? 0
    const page = received(house, { after: first, limit: 2 })
    expect(values(page)).toEqual([21, 22])
    const rest = received(house, { after: page.next, limit: 2 })
    expect(values(rest)).toEqual([23])
    expect(rest.next).toBeUndefined()
    expect(received(house, { after: rest.newest })).toEqual({ readings: [], newest: rest.newest })
  })

  it('have what a device kept for later behind what was there when it came', () => {
    const house = withReadings(20)
    const kept = reading(1, 12, { lane: 'backlog', boot: 'b1', sent: { at: START, mono: 1e9 } })
    const items = [{ sensor: 'cpu_temperature', value: 12, kind: 'temperature', unit: '°C', at: START - 3_600_000 }]
    house.send(['lares/kitchen-pi/readings', { ...kept, items }])
    expect(received(house).readings).toMatchObject([
      { value: 20, time: START },
      { value: 12, time: START - 3_600_000 },
    ])
  })

  it('are those of one device or sensor, by its name', () => {
    const house = withReadings(20)
    house.device('hall-pi')
    house.send(['lares/hall-pi/readings', { items: [{ sensor: 'co2', value: 600, kind: 'co2', unit: 'ppm' }] }])
    house.send(['lares/kitchen-pi/readings', reading(2, 21)])
    expect(values(received(house, { device: 'HALL-PI' }))).toEqual([600])
    expect(values(received(house, { sensor: 'cpu_temperature' }))).toEqual([20, 21])
  })

  it('go on after a stretch in which there is none that is asked for', () => {
    const house = withReadings(20)
    house.device('hall-pi')
    house.send(['lares/hall-pi/readings', { items: [{ sensor: 'co2', value: 600, kind: 'co2', unit: 'ppm' }] }])
    const first = received(house).readings[0]?.id ?? 0
    // As after many readings of others.
    house.db.prepare('UPDATE readings SET id = id + 120000 WHERE value = 600').run()
    let page = received(house, { device: 'hall-pi', after: first })
    const pages = [values(page)]
    while (page.next !== undefined) {
      page = received(house, { device: 'hall-pi', after: page.next })
      pages.push(values(page))
    }
    expect(pages).toEqual([[], [], [600]])
  })

  it('are the last ones also behind keys that were passed over', () => {
    const house = withReadings(20, 21)
    passLostKeys(house.db, [{ table: 'readings', after: 2, before: null }])
    const { readings, newest } = received(house)
    expect(readings.map(({ value }) => value)).toEqual([20, 21])
    house.send(['lares/kitchen-pi/readings', reading(3, 22)])
    expect(values(received(house))).toEqual([20, 21, 22])
    expect(values(received(house, { after: newest }))).toEqual([22])
  })

  it('are looked through by their ids, however many there are', () => {
    const house = withReadings(20)
    const { prepare } = house.db
    const asked: string[] = []
    const db = Object.assign(Object.create(house.db) as Database, {
      prepare(sql: string) {
        asked.push(sql)
        return prepare.call(house.db, sql)
      },
    })
    receivedReadings.query?.(
      { db, caller: authorizedFor('readings/received'), now: START },
      receivedReadings.params.parse({ after: 0 }),
    )
    const sql = asked.find((text) => text.includes('FROM readings')) ?? ''
    const plan = house.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, 0, 10, 5)
    expect(plan[0]?.detail).toMatch(/^SEARCH r USING INTEGER PRIMARY KEY/)
    expect(plan.map(({ detail }) => detail).join()).not.toContain('TEMP B-TREE')
  })
})
