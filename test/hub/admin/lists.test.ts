import { describe, expect, it } from 'vitest'
import { query } from '../engine/ask.ts'
import { openTestHouse, reading, START } from '../engine/engine-in-memory.ts'

type Page = { next?: number | string }

/** All pages of a list, each asked for after the one before. */
function pages<T extends Page>(verb: `${string}/${string}`, ask: (params: Record<string, unknown>) => T): T[] {
  const all: T[] = []
  let next: number | string | undefined
  do {
    const one: T = ask(next === undefined ? {} : { after: next })
    all.push(one)
    next = one.next
    if (all.length > 50) throw new Error(`${verb} does not end`)
  } while (next !== undefined)
  return all
}

describe('a list that does not fit one page says so, and goes on without holes', () => {
  it('devices, by name and those of one name by id', () => {
    const house = openTestHouse()
    const insert = ['c-1', 'a-2', 'b-3', 'd-4', 'e-5']
    for (const id of insert) house.device(id)
    house.db.exec("UPDATE devices SET name = 'Same' WHERE id IN ('c-1', 'a-2', 'e-5')")
    const seen = pages('devices/list', (params) =>
      query<Page & { devices: { id: string }[] }>(house, 'devices/list', { limit: 2, ...params }),
    )
    expect(seen.map(({ devices }) => devices.map(({ id }) => id))).toEqual([['a-2', 'c-1'], ['e-5', 'b-3'], ['d-4']])
    expect(() => query(house, 'devices/list', { after: 'gone' })).toThrow(/no gone/)
  })

  it('more devices than any page holds', () => {
    const house = openTestHouse()
    house.db.transaction(() => {
      for (let i = 0; i < 2_100; i++) house.device(`d-${i}`)
    })()
    const seen = pages('devices/list', (params) =>
      query<Page & { devices: { id: string }[] }>(house, 'devices/list', params),
    )
    expect(new Set(seen.flatMap(({ devices }) => devices.map(({ id }) => id))).size).toBe(2_100)
  })

  it('users, whatever case their address has', () => {
    const house = openTestHouse()
    for (const [index, email] of ['b@x', 'A@x', 'c@x'].entries())
      house.db
        .prepare("INSERT INTO users (id, email, hashed_password, created_at, updated_at) VALUES (?, ?, '', 1, 1)")
        .run(`u${index}`, email)
    const seen = pages('users/list', (params) =>
      query<Page & { users: { email: string }[] }>(house, 'users/list', { limit: 1, ...params }),
    )
    expect(seen.flatMap(({ users }) => users.map(({ email }) => email))).toEqual(['A@x', 'b@x', 'c@x'])
  })

  it('latest readings', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    const items = ['a', 'b', 'c'].map((sensor, value) => ({ sensor, value }))
    house.send(['lares/kitchen-pi/readings', { items }])
    const seen = pages('readings/latest', (params) =>
      query<Page & { readings: { value: number }[] }>(house, 'readings/latest', { limit: 2, ...params }),
    )
    expect(seen.map(({ readings }) => readings.map(({ value }) => value))).toEqual([[0, 1], [2]])
  })

  it('readings of one sensor, also of one time and in two units', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.send(['lares/kitchen-pi/readings', reading(1, 1)], ['lares/kitchen-pi/readings', reading(2, 2)])
    house.send(['lares/kitchen-pi/readings', { items: [{ sensor: 'cpu_temperature', value: 3, unit: '°F' }] }])
    house.now += 1_000
    house.send(['lares/kitchen-pi/readings', reading(3, 4)])
    const asked = { device: 'kitchen-pi', sensor: 'cpu_temperature', limit: 1 }
    const seen = pages('readings/query', (params) =>
      query<Page & { series: { readings: { value: number }[] }[] }>(house, 'readings/query', { ...asked, ...params }),
    )
    const values = seen.map(({ series }) => series.flatMap(({ readings }) => readings.map(({ value }) => value)))
    expect(values).toEqual([[1], [2], [3], [4]])
  })

  it('summaries', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    for (const hour of [0, 1, 2]) {
      house.now = START + hour * 3_600_000
      house.send(['lares/kitchen-pi/readings', reading(hour + 1, hour)])
    }
    house.tick(7_200_000)
    house.tick(1_000)
    const asked = { device: 'kitchen-pi', sensor: 'cpu_temperature', limit: 1 }
    const seen = pages('readings/summary', (params) =>
      query<Page & { series: { summaries: { mean: number }[] }[] }>(house, 'readings/summary', { ...asked, ...params }),
    )
    const means = seen.flatMap(({ series }) => series.flatMap(({ summaries }) => summaries.map(({ mean }) => mean)))
    expect(means).toEqual([0, 1, 2])
  })
})

describe('a list of events', () => {
  it('goes on where the page before ended, without holes', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    for (let seq = 1; seq < 40; seq++) house.send(['lares/kitchen-pi/event', { type: 'button_pressed' }])
    const seen: number[] = []
    let after: number | undefined
    do {
      const page = query<{ events: { id: number }[]; next?: number }>(house, 'events/list', {
        limit: 7,
        ...(after === undefined ? {} : { after }),
      })
      seen.push(...page.events.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    expect(seen).toEqual(house.all<{ id: number }>('SELECT id FROM events ORDER BY id DESC').map(({ id }) => id))
  })
})
