import { describe, expect, it } from 'vitest'
import { goneAfter } from '../../../../hub/features/followers/followed-table.ts'
import { FOLLOWERS } from '../../../../hub/features/followers/settings.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { fleeting, gapEvents, gapsOf, outside, positionOf, step } from './test-followers.ts'

function houseWith(readings: number): TestHouse {
  const house = openTestHouse({ followers: [outside()] })
  house.device('garden-esp', 'mqtt')
  send(house, readings)
  return house
}

function send(house: TestHouse, readings: number): void {
  const items = Array.from({ length: readings }, (_, value) => ({ sensor: 's', kind: 'number', value }))
  house.send(['lares/garden-esp/readings', { items }])
}

const remove = (house: TestHouse, upto: number) => house.db.prepare('DELETE FROM readings WHERE id <= ?').run(upto)
/** As the copy of a database begins its life. */
const asCopy = (house: TestHouse) => house.db.prepare('UPDATE followers SET epoch = NULL').run()

describe('a follower that was not wanted for a while', () => {
  it('goes on where it was, and what went meanwhile is a gap', () => {
    const house = houseWith(10)
    step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 2 })
    house.restart({ followers: [] })
    remove(house, 6)
    house.restart({ followers: [outside()] })
    expect(positionOf(house, 'export')).toMatchObject({ position: 2, lost_rows: 4 })
    expect(gapsOf(house, 'export')).toEqual([{ first_id: 3, last_id: 6, rows: 4, reason: 'was_off' }])
    expect(gapEvents(house)).toMatchObject([{ follower: 'export', first: 3, last: 6, rows: 4 }])
    // It is said once.
    house.restart()
    expect(positionOf(house, 'export')?.lost_rows).toBe(4)
  })

  it('counts nothing twice that was counted before', () => {
    const house = houseWith(10)
    house.db
      .prepare(
        "INSERT INTO follower_gaps (follower, table_name, first_id, last_id, rows, reason, began_at, ended_at) VALUES ('export', 'readings', 1, 4, 4, 'purged', 0, 0)",
      )
      .run()
    // The gap is around where it is: two of its rows are behind that.
    step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 2 })
    house.restart({ followers: [] })
    remove(house, 6)
    house.restart({ followers: [outside()] })
    expect(positionOf(house, 'export')?.lost_rows).toBe(2)
  })

  it('counts what went between rows that stay, as those of the audit do', () => {
    const house = houseWith(10)
    house.restart({ followers: [] })
    house.db.prepare('DELETE FROM readings WHERE id NOT IN (1, 7, 9)').run()
    house.restart({ followers: [outside()] })
    expect(gapsOf(house, 'export')).toEqual([{ first_id: 2, last_id: 10, rows: 7, reason: 'was_off' }])
    for (const [looks, gone] of [
      [1, null],
      [2, { first: 2, last: 6, rows: 5 }],
      [3, { first: 2, last: 8, rows: 6 }],
      [4, { first: 2, last: 10, rows: 7 }],
    ])
      expect(goneAfter(house.db, outside(), { key: 0, looks: Number(looks) })).toEqual(gone)
  })

  it('begins anew when it follows another table since', () => {
    const house = houseWith(10)
    house.restart({ followers: [outside({ table: 'events', storedAt: 'created_at', start: 'now' })] })
    const newest = house.all<{ n: number }>('SELECT max(id) AS n FROM events')[0]?.n ?? -1
    expect(positionOf(house, 'export')).toMatchObject({ position: newest, lost_rows: 0 })
  })
})

describe('a database that is a copy', () => {
  it('has another epoch, so that nobody takes its rows for those of the original', () => {
    const house = houseWith(10)
    const before = positionOf(house, 'export')?.epoch
    house.restart()
    expect(positionOf(house, 'export')?.epoch).toBe(before)
    asCopy(house)
    house.restart()
    const after = positionOf(house, 'export')?.epoch
    expect(after).toMatch(/^[0-9a-f-]{36}$/)
    expect(after).not.toBe(before)
    const { value } = step<{ epoch: string }>(house, { step: 'page', follower: 'export', after: 0, most: 1 })
    expect(value.epoch).toBe(after)
  })

  it('without its readings, as hourly backups are, names those that its followers never had', () => {
    const house = houseWith(10)
    step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 4 })
    remove(house, 10)
    asCopy(house)
    house.restart()
    expect(gapsOf(house, 'export')).toEqual([{ first_id: 5, last_id: 10, rows: 6, reason: 'restored' }])
    send(house, 2)
    const { value } = step<{ rows: { id: number }[] }>(house, { step: 'page', follower: 'export', after: 4, most: 5 })
    expect(value.rows.map(({ id }) => id)).toEqual([11, 12])
  })

  it('whose keys begin again leaves nothing out that comes', () => {
    const house = houseWith(10)
    step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 10 })
    remove(house, 10)
    house.db.exec("DELETE FROM given_keys WHERE table_name = 'readings'")
    const before = positionOf(house, 'export')?.epoch
    send(house, 3)
    house.restart()
    expect(positionOf(house, 'export')?.position).toBe(0)
    expect(positionOf(house, 'export')?.epoch).not.toBe(before)
  })
})

describe('a hold for a follower that this hub has not', () => {
  const said = (names: string[]) => {
    const hold = Object.fromEntries(names.map((name) => [name, { days: 60 }]))
    const house = openTestHouse({
      followers: [outside({ name: 'influx' }), fleeting()],
      settings: { followers: FOLLOWERS.schema.parse({ hold }) },
    })
    house.restart()
    return house.effects.flatMap((effect) =>
      effect.kind === 'problem' && effect.name === 'followers.hold' ? [effect.problem] : [],
    )
  }

  it('is named in the health, with the name that was meant', () => {
    expect(said(['inflx'])).toEqual([
      { code: 'bad_config', message: '[followers] hold names inflx, for which no rows wait; did you mean influx?' },
    ])
    expect(said(['live'])).toMatchObject([{ message: expect.stringContaining('there are influx') }])
    expect(said(['influx'])).toEqual([])
  })
})
