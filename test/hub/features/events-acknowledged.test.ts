import { beforeEach, describe, expect, it } from 'vitest'
import { memberOf } from '../callers.ts'
import { ask, commandInput, data, query } from '../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'

interface Line {
  id: number
  event_type: string
  severity: string
  acknowledged_by: string | null
  acknowledged_at: number | null
  note: string | null
}

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
  house.device('kitchen-pi')
  house.device('garden-pi')
  const failing = { type: 'sensor_failing', data: {} }
  house.send(
    ['lares/kitchen-pi/event', failing],
    ['lares/garden-pi/event', failing],
    ['lares/kitchen-pi/event', failing],
  )
  house.db.exec('DELETE FROM sync_changes')
})

const list = (params = {}) => query<{ events: Line[] }>(house, 'events/list', params).events
const failing = () => list({ event_type: 'sensor_failing' })
const acknowledge = (params: Record<string, unknown>, more = {}) =>
  ask(house, commandInput('events/acknowledge', params, more))

describe('an event that somebody has seen', () => {
  it('says who, when and why, and is synced as a mark', () => {
    const [event] = failing()
    house.now += 5_000
    expect(data(acknowledge({ event: event?.id, note: 'a loose cable' }))).toMatchObject({ acknowledged: 1 })
    expect(failing()[0]).toMatchObject({ acknowledged_by: 'local', acknowledged_at: house.now, note: 'a loose cable' })
    expect(house.all("SELECT row_key FROM sync_changes WHERE table_name = 'events'")).toEqual([
      { row_key: String(event?.id) },
    ])
    expect(list({ event_type: 'event_acknowledged' })).toMatchObject([{ category: 'audit' }])
  })

  it('is not among those that nobody has seen', () => {
    const [event] = failing()
    acknowledge({ event: event?.id })
    const ids = (acknowledged: boolean) => list({ event_type: 'sensor_failing', acknowledged }).map(({ id }) => id)
    expect(ids(true)).toEqual([event?.id])
    expect(ids(false)).toHaveLength(2)
    expect(ids(false)).not.toContain(event?.id)
  })

  it('takes those before it that are alike with it, of the same device', () => {
    const [last, garden, first] = failing()
    expect(data(acknowledge({ event: last?.id, alike: true }))).toMatchObject({ acknowledged: 2 })
    expect(failing().map(({ acknowledged_by }) => acknowledged_by)).toEqual(['local', null, 'local'])
    expect([garden, first].map((one) => one?.event_type)).toEqual(['sensor_failing', 'sensor_failing'])
  })

  it('stays as it was first seen', () => {
    const [event] = failing()
    acknowledge({ event: event?.id, note: 'mine' })
    expect(data(acknowledge({ event: event?.id, note: 'no, mine' }, { id: 'r2' }))).toMatchObject({ acknowledged: 0 })
    expect(failing()[0]).toMatchObject({ note: 'mine' })
  })

  it('is none of the audit, and none of another house', () => {
    const audit = list({ category: 'audit', all: true })[0]
    acknowledge({ event: failing()[0]?.id })
    const [noted] = list({ event_type: 'event_acknowledged' })
    expect(acknowledge({ event: (audit ?? noted)?.id })).toMatchObject({ error: { code: 'bad_params' } })
    house.db.exec("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('cottage', 'Cottage', 0, 0)")
    const caller = memberOf('resident', 'cottage')
    expect(acknowledge({ event: failing()[1]?.id }, { caller })).toMatchObject({ error: { code: 'not_found' } })
    expect(acknowledge({ event: 99_999 })).toMatchObject({ error: { code: 'not_found' } })
  })

  it('by somebody with an account is said by their address', () => {
    house.db.exec(
      "INSERT INTO users (id, email, role, created_at, updated_at) VALUES ('a-resident', 'rita@example.org', 'user', 0, 0)",
    )
    const home = house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? ''
    data(acknowledge({ event: failing()[0]?.id }, { caller: memberOf('resident', home) }))
    expect(failing()[0]).toMatchObject({ acknowledged_by: 'rita@example.org' })
  })
})

describe('events from a severity on', () => {
  it('are chosen by the hub, so that a page of them is full', () => {
    for (let at = 0; at < 5; at++) house.send(['lares/kitchen-pi/event', { type: 'button_pressed' }])
    expect(list({ least: 'warning', limit: 2 }).map(({ severity }) => severity)).toEqual(['warning', 'warning'])
    const all = new Set(list({ least: 'warning' }).map(({ severity }) => severity))
    expect(all.has('info')).toBe(false)
  })
})
