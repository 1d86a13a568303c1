import { describe, expect, it } from 'vitest'
import { rowHash } from '../../../../hub/features/sync/managed-rows.ts'
import { centralTables } from '../../../../hub/store/central-tables.ts'
import { markSeeded } from '../../../../hub/store/seeded.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

/** A row of each table of which central may manage rows, and the same with another key where a unique key may collide. */
const ROWS: Readonly<
  Record<string, { own: string; central: Record<string, unknown>; edit: string; other?: object; wrong?: object }>
> = {
  users: {
    own: "INSERT INTO users (id, email, role, created_at, updated_at) VALUES ('x', 'x@example.org', 'user', 1, 1)",
    central: { id: 'x', email: 'x@example.org', full_name: 'From central' },
    edit: "UPDATE users SET role = 'admin' WHERE id = 'x'",
    other: { id: 'y' },
  },
  personas: {
    own: "INSERT INTO personas (id, name, created_at, updated_at) VALUES ('x', 'Own', 1, 1)",
    central: { id: 'x', name: 'From central' },
    edit: "UPDATE personas SET system_prompt = 'mine' WHERE id = 'x'",
  },
  persona_versions: {
    own: "INSERT INTO persona_versions (id, persona_id, version, created_at) VALUES ('x', 'companion', '9.0.0', 1)",
    central: { id: 'x', persona_id: 'companion', version: '9.0.0', artifacts: { from: 'central' } },
    // A version is never changed; what it belongs to is.
    edit: "UPDATE personas SET system_prompt = 'mine' WHERE id = 'companion'",
    other: { id: 'y' },
    wrong: { persona_id: 'nobody' },
  },
  device_groups: {
    own: "INSERT INTO device_groups (id, name, created_at, updated_at) VALUES ('x', 'Own', 1, 1)",
    central: { id: 'x', name: 'From central' },
    edit: "UPDATE device_groups SET settings = '{\"mine\": 1}' WHERE id = 'x'",
    wrong: { owner_id: 'nobody' },
  },
}

/** Hands one row of central's to the house, as its sync thread does. Returns why it was not taken, or `null`. */
function put(house: TestHouse, table: string, row: Record<string, unknown>): string | null {
  const text = JSON.stringify(row)
  const key = String(row.id)
  const checksum = String(rowHash(`${table}\n${key}\n${text}`))
  const rows = [{ table, key, seq: 1, row: text }]
  house.send({ kind: 'sync', change: { step: 'scope', scope: 'fleet', seq: 1, checksum, rows, whole: false } })
  return (
    house.all<{ refused: string | null }>('SELECT refused FROM managed_rows WHERE row_key = ?', key)[0]?.refused ?? null
  )
}

it('covers every table of which central may manage rows', () => {
  const down = centralTables().filter(({ kind }) => kind === 'down')
  expect(down.map(({ name }) => name).sort()).toEqual(Object.keys(ROWS).sort())
})

const seeded = (table: string) => {
  const house = openTestHouse()
  house.db.exec(ROWS[table]?.own ?? '')
  markSeeded(house.db, table, 'x')
  return house
}

const owner = (house: TestHouse, table: string, key: string) =>
  house.all<{ managed_by: string }>(`SELECT managed_by FROM ${table} WHERE id = ?`, key)[0]?.managed_by

const marks = (house: TestHouse) => house.all('SELECT 1 FROM seeded_rows WHERE row_key = ?', 'x').length

describe.each(Object.entries(ROWS))('a seeded row of %s', (table, { central, edit }) => {
  it("gives way to central's of the same key", () => {
    const house = seeded(table)
    expect(put(house, table, central)).toBe(null)
    expect([owner(house, table, 'x'), marks(house)]).toEqual(['central', 0])
  })

  it('stays once somebody edited it', () => {
    const house = seeded(table)
    house.db.exec(edit)
    expect(put(house, table, central)).toBe('this house has a row of its own with this key')
    expect(owner(house, table, 'x')).toBe('site')
  })
})

const WITH_UNIQUE_KEY = Object.entries(ROWS).filter(([, { other }]) => other)
it.each(WITH_UNIQUE_KEY)('a seeded row of %s gives way to one that has its unique key', (table, { central, other }) => {
  const house = seeded(table)
  expect(put(house, table, { ...central, ...other })).toBe(null)
  expect([owner(house, table, 'y'), owner(house, table, 'x')]).toEqual(['central', undefined])
})

const WITH_PARENT = Object.entries(ROWS).filter(([, { wrong }]) => wrong)
it.each(WITH_PARENT)('a seeded row of %s stays as it was when the other is refused', (table, { central, wrong }) => {
  const house = seeded(table)
  const before = house.all(`SELECT * FROM ${table} WHERE id = 'x'`)
  expect(put(house, table, { ...central, ...wrong })).toMatch(/nobody of \w+, which is not here/)
  expect(house.all(`SELECT * FROM ${table} WHERE id = 'x'`)).toEqual(before)
  expect(marks(house)).toBe(1)
})

it('hands over to the one that takes its place what named it', () => {
  const house = seeded('users')
  house.device('hall-esp', 'mqtt')
  house.db.exec("UPDATE devices SET owner_id = 'x'")
  expect(put(house, 'users', { ...ROWS.users?.central, id: 'y' })).toBe(null)
  expect(house.all('SELECT owner_id FROM devices')).toEqual([{ owner_id: 'y' }])
})
