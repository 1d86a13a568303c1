import { describe, expect, it } from 'vitest'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import {
  count,
  DAY,
  HOUR,
  measure,
  oldEvent,
  past,
  type RetentionHouse,
  retentionHouse,
  rollUp,
} from './retention-house.ts'

interface Shown {
  classes: { class: string; days: number | 'never'; default: boolean; oldest: number | null; rows: number }[]
}

const show = (house: RetentionHouse) =>
  new Map(query<Shown>(house, 'retention/show').classes.map((one) => [one.class, one]))
const set = (house: RetentionHouse, name: string, days: unknown) =>
  ask(house, commandInput('retention/set', { class: name, days }))

describe('retention/show', () => {
  it('names every class with its days, its oldest row and how many there are', () => {
    const house = retentionHouse()
    measure(house, past(house, { age: 3 * DAY, count: 4 }))
    measure(house, past(house, { age: 2 * DAY, count: 2 }), { sensor: 'h', kind: 'humidity' })
    rollUp(house)
    const [ordinary, audit] = [20, 3_000].map((days) => house.now - days * DAY)
    oldEvent(house, { age: 20 * DAY })
    oldEvent(house, { age: 3_000 * DAY, category: 'audit' })
    const shown = show(house)
    expect(shown.get('readings')).toMatchObject({ days: 30, default: true, rows: 6 })
    expect(shown.get('readings:humidity')).toMatchObject({ days: 30, default: true, rows: 2 })
    expect(shown.get('readings')?.oldest).toBe(shown.get('readings:temperature')?.oldest)
    expect(shown.get('readings')?.oldest).toBeLessThan(shown.get('readings:humidity')?.oldest ?? 0)
    expect(shown.get('rollups_5m')).toMatchObject({ days: 365, rows: 2 })
    expect(shown.get('rollups_1h')).toMatchObject({ days: 'never', rows: 2 })
    expect(shown.get('events')).toMatchObject({ days: 30, oldest: ordinary })
    expect(shown.get('events:audit')).toMatchObject({ days: 'never', oldest: audit, rows: 1 })
    expect(shown.get('events:error')).toMatchObject({ days: 365, oldest: null, rows: 0 })
    expect(shown.get('rejected')).toMatchObject({ days: 30, rows: 0 })
  })

  it('says which are chosen', () => {
    const house = retentionHouse()
    set(house, 'readings', 7)
    set(house, 'readings:power', 'never')
    const shown = show(house)
    expect(shown.get('readings')).toMatchObject({ days: 7, default: false })
    expect(shown.get('readings:power')).toMatchObject({ days: 'never', default: false, rows: 0 })
  })
})

describe('retention/set', () => {
  it('takes a number, a number as text, never, and default', () => {
    const house = retentionHouse()
    for (const [days, wanted] of [
      [7, 7],
      ['14', 14],
      ['never', 'never'],
      ['default', 30],
    ])
      expect(data(set(house, 'readings', days))).toEqual({ class: 'readings', days: wanted })
    expect(house.all('SELECT * FROM retention_settings')).toEqual([])
  })

  it.each([0, -1, 1.5, '0', 'x', '30d', 40_000, null])('refuses %s days', (days) => {
    expect(set(retentionHouse(), 'readings', days)).toMatchObject({ error: { code: 'bad_params' } })
  })

  it.each(['reading', 'readings:', 'readings:nonsense', 'events:info', '__proto__', 'constructor'])(
    'refuses the class %s and names those there are',
    (name) => {
      const { error } = set(retentionHouse(), name, 3)
      expect(error).toMatchObject({ code: 'bad_params', message: `there is no class ${name}` })
      expect(error?.hint).toContain('readings, rollups_5m, rollups_1h, events, events:error, ')
      expect(error?.hint).toContain('jobs, jobs:failed, rejected')
      expect(error?.hint).toContain('temperature')
    },
  )

  it('takes a kind that only a device knows', () => {
    const house = retentionHouse()
    measure(house, [house.now], { sensor: 'own', kind: 'soil_moisture' })
    expect(set(house, 'readings:soil_moisture', 3).status).toBe('ok')
  })

  it('is answered again for a day, and no longer remembered after that, without a restart', () => {
    const house = retentionHouse()
    set(house, 'events', 3)
    house.tick(23 * HOUR)
    expect(count(house, 'request_memory')).toBe(1)
    house.tick(HOUR)
    expect(count(house, 'request_memory')).toBe(0)
  })

  it('leaves a trace in the audit', () => {
    const house = retentionHouse()
    set(house, 'events', 3)
    expect(
      house.all("SELECT category, old_state, new_state, event_data FROM events WHERE event_type = 'retention_changed'"),
    ).toEqual([{ category: 'audit', old_state: '30', new_state: '3', event_data: '{"class":"events","by":"local"}' }])
  })
})
