import { describe, expect, it } from 'vitest'
import type { Follower } from '../../../../hub/engine/follower.ts'
import type { FollowedPage, FoundFollower, WorkDone } from '../../../../hub/engine/follower-step.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { fleeting, inside, outside, positionOf, step } from './test-followers.ts'

/** A house whose device has sent so many readings; their values are their keys. */
function houseWith(followers: readonly Follower[], readings = 0): TestHouse {
  const house = openTestHouse({ followers })
  house.device('garden-esp', 'mqtt')
  send(house, readings)
  return house
}

function send(house: TestHouse, count: number): void {
  const { newest = 0 } = house.all<{ newest: number }>('SELECT coalesce(max(id), 0) AS newest FROM readings')[0] ?? {}
  const items = Array.from({ length: count }, (_, at) => ({ sensor: 's', kind: 'number', value: newest + at + 1 }))
  if (count > 0) house.send(['lares/garden-esp/readings', { items }])
}

const keys = ({ value }: { value: FollowedPage }) => value.rows.map(({ id }) => id)
const page = (house: TestHouse, after: number, most = 5) =>
  step<FollowedPage>(house, { step: 'page', follower: 'export', after, most })
const work = (house: TestHouse, most = 5) => step<WorkDone>(house, { step: 'work', follower: 'sums', most })
const sum = (house: TestHouse) =>
  Number(house.all<{ value: string }>("SELECT value FROM hub_settings WHERE key = 'sum'")[0]?.value ?? 0)

describe('a new follower', () => {
  it('begins before all that is there, or behind it, as it says, and each life of the house knows where it was', () => {
    const house = houseWith([], 7)
    house.restart({ followers: [outside(), outside({ name: 'fresh', start: 'now' }), fleeting()] })
    expect([positionOf(house, 'export')?.position, positionOf(house, 'fresh')?.position]).toEqual([0, 7])
    expect(positionOf(house, 'live')?.position).toBeNull()
    send(house, 2)
    house.restart({ followers: [outside(), outside({ name: 'fresh', start: 'now' })] })
    expect(positionOf(house, 'fresh')?.position).toBe(7)
    const found = step<FoundFollower[]>(house, { step: 'found' }).value
    expect(found).toMatchObject([
      { name: 'export', position: 0, newest: 9, rows: 5 },
      { name: 'fresh', position: 7, newest: 9 },
    ])
  })

  it('has nothing to say of rows that went before it came', () => {
    const house = houseWith([], 7)
    house.db.prepare('DELETE FROM readings WHERE id <= 4').run()
    house.restart({ followers: [outside()] })
    expect(positionOf(house, 'export')).toMatchObject({ position: 4, lost_rows: 0 })
  })

  it('that its settings do not want holds nothing and has no position', () => {
    const wanted = (settings: Readonly<Record<string, unknown>>) => settings.export !== undefined
    const house = houseWith([outside({ wanted })], 3)
    expect(positionOf(house, 'export')).toBeUndefined()
    expect(step(house, { step: 'found' }).value).toEqual([])
    house.restart({ settings: { export: {} } })
    expect(positionOf(house, 'export')).toMatchObject({ is_wanted: 1 })
  })

  it.each([
    ['a table that is not there', outside({ table: 'nothing' })],
    ['a table whose keys are no order', outside({ table: 'devices', storedAt: 'created_at' })],
    ['a column that is not there', outside({ storedAt: 'nothing' })],
    ['a statement that is none', outside({ select: 'SELECT nothing' })],
    ['a name that is none', outside({ name: 'A name' })],
  ])('of %s keeps the house from starting: it is a fault of ours', (_, follower) => {
    expect(() => houseWith([follower])).toThrow()
  })
})

describe('the rows of a follower', () => {
  it('come in the order of their keys, as many as it takes at once', () => {
    const house = houseWith([outside()], 12)
    expect([keys(page(house, 0)), keys(page(house, 5)), keys(page(house, 10))]).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10],
      [11, 12],
    ])
    expect(page(house, 12).value).toMatchObject({ rows: [], upto: 12, newest: 12 })
  })

  it('are those of its statement, and what that leaves out is passed over', () => {
    const select = 'SELECT id, value FROM readings WHERE id > :after AND id <= :upto AND value > 8 ORDER BY id'
    const house = houseWith([outside({ select })], 12)
    expect(page(house, 0, 2).value).toMatchObject({ rows: [{ id: 9, value: 9 }, { id: 10 }], upto: 10 })
    expect(page(house, 10).value).toMatchObject({ rows: [{ id: 11 }, { id: 12 }], upto: 12 })
  })

  it('are bounded in bytes too, but for one that is alone larger', () => {
    const house = houseWith([outside({ table: 'events', storedAt: 'created_at' })])
    const big = JSON.stringify({ text: 'x'.repeat(600_000) })
    house.db.prepare('DELETE FROM events').run()
    const add = house.db.prepare(
      "INSERT INTO events (event_type, category, title, description, source, event_data, timestamp, created_at, updated_at) VALUES ('t', 'device', '', '', 'device', ?, 0, 0, 0)",
    )
    const [first = 0] = [big, big, '{}'].map((data) => Number(add.run(data).lastInsertRowid))
    expect(keys(page(house, first - 1))).toEqual([first])
    expect(keys(page(house, first))).toEqual([first + 1, first + 2])
  })
})

describe('the position of an outside follower', () => {
  it('moves when what is outside has acknowledged, and only from where it was', () => {
    const house = houseWith([outside()], 12)
    expect(step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 5 }).verdict).toBe('stored')
    // What comes a second time, or of a page from before a person moved it, is heard by nobody.
    expect(step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 12 }).verdict).toBe('duplicate')
    expect(positionOf(house, 'export')?.position).toBe(5)
  })

  it('is of nobody once the follower is gone', () => {
    const house = houseWith([outside()], 3)
    house.restart({ followers: [] })
    expect(step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 3 }).verdict).toBe('duplicate')
    expect(positionOf(house, 'export')).toMatchObject({ position: 0, is_wanted: 0 })
  })
})

describe('an inside follower', () => {
  it('does its work and moves on in one transaction', () => {
    const house = houseWith([inside()], 7)
    expect(work(house).value).toMatchObject({ rows: 5, from: 0, upto: 5, newest: 7 })
    expect(work(house).value).toMatchObject({ rows: 2, upto: 7 })
    expect(work(house).value).toMatchObject({ rows: 0, from: 7, upto: 7 })
    expect(sum(house)).toBe(28)
    house.restart()
    expect(work(house).value).toMatchObject({ rows: 0 })
    expect(sum(house)).toBe(28)
  })

  it('that fails has done nothing and stays where it was', () => {
    const base = inside()
    const house = houseWith(
      [
        inside({
          apply(context, rows) {
            base.apply(context, rows)
            if (rows.some(({ id }) => id === 3)) throw new Error('three')
          },
        }),
      ],
      7,
    )
    const failed = work(house)
    expect([failed.verdict, failed.value]).toEqual(['rejected', { error: 'three' }])
    expect([sum(house), positionOf(house, 'sums')?.position]).toEqual([0, 0])
    expect(work(house, 2).value).toMatchObject({ rows: 2, upto: 2 })
    expect(sum(house)).toBe(3)
  })
})

describe('whoever follows', () => {
  const woken = (house: TestHouse) =>
    house.effects.flatMap((effect) => (effect.kind === 'rows_stored' ? [effect.newest] : []))

  it('is told of rows by the commit that stored them, and of nothing else', () => {
    const house = houseWith([outside()], 3)
    expect(woken(house)).toEqual([{ readings: 3 }])
    house.tick(1_000)
    expect(woken(house)).toEqual([])
    send(house, 1)
    expect(woken(house)).toEqual([{ readings: 4 }])
    house.restart({ followers: [] })
    send(house, 1)
    expect(woken(house)).toEqual([])
  })
})
