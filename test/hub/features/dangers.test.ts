import { describe, expect, it } from 'vitest'
import { readSyncIdentity, writeSyncIdentity } from '../../../hub/engine/sync-memory.ts'
import { findAdminCommand } from '../../../hub/features/commands.ts'
import { ask, authorizedFor, commandInput, data } from '../engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../engine/engine-in-memory.ts'

const DAY = 86_400_000

/** What the command says that a call would take away, or `null`. */
function danger(house: TestHouse, name: `${string}/${string}`, params: Record<string, unknown>): string | null {
  const command = findAdminCommand(...(name.split('/') as [string, string]))
  if (!command?.danger) throw new Error(`${name} is not dangerous`)
  return command.danger({ db: house.db, caller: authorizedFor(name), now: house.now }, command.params.parse(params))
}

/** Readings of a kind, one a day for ten days, and as many events. */
function lived(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  for (let day = 0; day < 10; day++) {
    house.now = START + day * DAY
    house.send(
      ['lares/kitchen-pi/readings', reading(day + 1, day)],
      ['lares/kitchen-pi/event', { type: 'button_pressed' }],
    )
  }
  return house
}

describe('retention set says what would be removed', () => {
  it('in numbers, and nothing where nothing goes', () => {
    const house = lived()
    expect(danger(house, 'retention/set', { class: 'readings', days: 3 })).toMatch(
      /^6 rows of readings, the oldest from 20(?:25|26)-\d\d-\d\d .*, are older than 3 days and will be removed for good\. Their hourly/,
    )
    expect(danger(house, 'retention/set', { class: 'readings:temperature', days: '3' })).toMatch(/^6 rows/)
    expect(danger(house, 'retention/set', { class: 'events', days: 3 })).toMatch(/^\d+ rows of events/)
    for (const days of [10, 'never', 'default', 400])
      expect([days, danger(house, 'retention/set', { class: 'readings', days })]).toEqual([days, null])
  })

  it('without the kinds that have a setting of their own', () => {
    const house = lived()
    data(ask(house, commandInput('retention/set', { class: 'readings:temperature', days: 'never' })))
    expect(danger(house, 'retention/set', { class: 'readings', days: 3 })).toBe(null)
    expect(danger(house, 'retention/set', { class: 'readings:temperature', days: 2 })).toMatch(/^7 rows/)
  })

  it('also where a setting is taken back', () => {
    const house = lived()
    data(ask(house, commandInput('retention/set', { class: 'readings', days: 2 })))
    data(ask(house, commandInput('retention/set', { class: 'readings:temperature', days: 'never' })))
    expect(danger(house, 'retention/set', { class: 'readings:temperature', days: 'default' })).toMatch(
      /older than 2 days/,
    )
  })

  it('as many rows as then go', () => {
    const house = lived()
    const said = Number(/^\d+/.exec(danger(house, 'retention/set', { class: 'readings', days: 4 }) ?? '')?.[0])
    const older = house.all<{ n: number }>(
      'SELECT count(*) AS n FROM readings WHERE reading_time < ?',
      house.now - 4 * DAY,
    )
    expect(said).toBe(older[0]?.n)
    expect(said).toBe(5)
  })
})

describe('other commands that take something away', () => {
  it('say what', () => {
    const house = lived()
    expect(danger(house, 'devices/revoke', { device: 'kitchen-pi' })).toMatch(
      /kitchen-pi.*1 sensors, never connected.*shut out for good/,
    )
    house.db.exec("UPDATE devices SET status = 'online'")
    expect(danger(house, 'devices/revoke', { device: 'kitchen-pi' })).toContain('1 sensors, connected)')
    house.db.exec(
      `INSERT INTO users (id, email, hashed_password, role, created_at, updated_at) VALUES ('anna', 'anna@example.com', 'x', 'user', ${START}, ${START});
       INSERT INTO sync_quarantine (table_name, row_key, epoch, stream, code, reason, held_at) VALUES ('devices', 'kitchen-pi', 0, 'changes', '22021', 'NUL', ${START})`,
    )
    data(ask(house, commandInput('users/token', { email: 'anna@example.com', name: 'phone' })))
    expect(danger(house, 'users/update', { email: 'anna@example.com', is_active: false })).toMatch(/1 tokens/)
    expect(danger(house, 'quarantine/discard', { id: 1 })).toMatch(/kitchen-pi of devices will never reach central/)
    expect(danger(house, 'sync/claim', {})).toBeNull()
    writeSyncIdentity(house.db, { ...readSyncIdentity(house.db), fenced: 'another hub took over' })
    expect(danger(house, 'sync/claim', {})).toMatch(/will be fenced/)
    expect(danger(house, 'sync/claim', { as_new: true })).toMatch(/1 rows that are held back/)
    house.db.exec(
      `INSERT INTO managed_rows VALUES ('care', 'users', 'u-anna', '{"id":"u-anna","email":"anna@example.com"}', 'taken', 1)`,
    )
    expect(danger(house, 'sync/yield', { table: 'users', key: 'u-anna' })).toMatch(
      /u-anna of central takes over this hub's own one: its password, 1 tokens/,
    )
  })

  it('ask nothing where nothing is lost', () => {
    const house = lived()
    expect(danger(house, 'users/update', { email: 'anna@example.com', full_name: 'Anna' })).toBe(null)
    expect(danger(house, 'users/update', { email: 'nobody@example.com', is_active: false })).toBe(null)
  })

  it('refuse what is not there before they ask', () => {
    const house = lived()
    expect(() => danger(house, 'devices/revoke', { device: 'nobody' })).toThrow(/no device nobody/)
    expect(() => danger(house, 'retention/set', { class: 'dreams', days: 1 })).toThrow(/no class dreams/)
    expect(() => danger(house, 'quarantine/discard', { id: 9 })).toThrow(/no row is held/)
  })
})
