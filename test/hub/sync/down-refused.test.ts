import { describe, expect, it } from 'vitest'
import { COMPANION } from '../../../shared/companion.ts'
import { useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { rows } from './house-with-central.ts'
import { type HouseWithScopes, useHouses } from './scopes-at-central.ts'

const FINE = { ok: true, refused: [] }

/** A user of the house's own. */
function own(home: HouseWithScopes, id: string, email: string): void {
  home.house.db
    .prepare('INSERT INTO users (id, email, created_at, updated_at) VALUES (?, ?, ?, ?)')
    .run(id, email, home.house.now, home.house.now)
}

describe.each(VERSIONS)('rows of central that do not fit here, on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  const begin = useHouses(central)

  it('are refused one by one where the house has rows of its own, and taken once those are gone', async () => {
    const home = await begin()
    own(home, 'u-anna', 'mine@example.org')
    own(home, 'u-mine', 'bert@example.org')
    await home.grant('care')
    await home.put('care', 'users', { id: 'u-anna', email: 'anna@example.org' })
    await home.put('care', 'users', { id: 'u-bert', email: 'bert@example.org' })
    await home.put('care', 'users', { id: 'u-carl', email: 'carl@example.org' })
    home.pump.start()
    const refused = [
      { table: 'users', key: 'u-anna', reason: 'this house has a row of its own with this key' },
      { table: 'users', key: 'u-bert', reason: expect.stringContaining('users.email') },
    ]
    expect(await home.taken('care')).toEqual({ ok: true, refused })
    expect(home.events('central_row_refused')).toEqual(refused.map((row) => ({ scope: 'care', ...row })))
    expect(home.house.all('SELECT id, email, managed_by FROM users ORDER BY id')).toEqual([
      { id: 'u-anna', email: 'mine@example.org', managed_by: 'site' },
      { id: 'u-carl', email: 'carl@example.org', managed_by: 'central' },
      { id: 'u-mine', email: 'bert@example.org', managed_by: 'site' },
    ])
    // It is said once, not with every look.
    expect(await home.compared('care')).toEqual({ ok: true, refused })
    expect(home.events('central_row_refused')).toHaveLength(2)
    home.house.db.prepare("DELETE FROM users WHERE id IN ('u-anna', 'u-mine')").run()
    expect(await home.compared('care')).toEqual(FINE)
    expect(home.house.all('SELECT id, managed_by FROM users ORDER BY id')).toEqual(
      ['u-anna', 'u-bert', 'u-carl'].map((id) => ({ id, managed_by: 'central' })),
    )
  })

  it('are refused when another scope has them, and taken when that has left', async () => {
    const home = await begin()
    await home.grant('a')
    await home.grant('b')
    await home.put('a', 'device_groups', { id: 'g', name: 'Of a' })
    await home.put('b', 'device_groups', { id: 'g', name: 'Of b' })
    // A persona stays, inactive, when its scope leaves.
    await home.put('a', 'personas', { id: 'p', name: 'Of a' })
    await home.put('b', 'personas', { id: 'p', name: 'Of b' })
    home.pump.start()
    expect(await home.taken('a')).toEqual(FINE)
    const { ok, refused } = await home.taken('b')
    expect(ok).toBe(true)
    expect(refused.map(({ table, key, reason }) => [table, key, reason]).sort()).toEqual([
      ['device_groups', 'g', 'it is managed by the scope a'],
      ['personas', 'p', 'it is managed by the scope a'],
    ])
    expect(home.one("SELECT name, scope FROM personas WHERE id = 'p'")).toEqual({ name: 'Of a', scope: 'a' })
    await home.revoke('a')
    await home.soon('the scope has left', () => home.events('scope_left').length === 1)
    expect(await home.compared('b')).toEqual(FINE)
    expect(home.one("SELECT name, scope FROM device_groups WHERE id = 'g'")).toEqual({ name: 'Of b', scope: 'b' })
    expect(home.one("SELECT name, scope, is_active FROM personas WHERE id = 'p'")).toEqual({
      name: 'Of b',
      scope: 'b',
      is_active: 1,
    })
  })

  it('are refused when the scope that has them takes them out, only until then', async () => {
    const home = await begin()
    await home.grant('a')
    await home.grant('b')
    await home.put('a', 'personas', { id: 'p', name: 'Of a' })
    await home.put('b', 'personas', { id: 'p', name: 'Of b' })
    home.pump.start()
    await home.taken('a')
    expect((await home.taken('b')).refused).toHaveLength(1)
    await home.remove('a', 'personas', 'p')
    await home.taken('a')
    expect(await home.compared('b')).toEqual(FINE)
    expect(home.one("SELECT scope, is_active FROM personas WHERE id = 'p'")).toEqual({ scope: 'b', is_active: 1 })
    expect(await home.compared('a')).toEqual(FINE)
  })

  it('are taken with the next page of another scope that brings what they refer to', async () => {
    const home = await begin()
    await home.grant('a')
    await home.grant('b')
    await home.put('a', 'persona_versions', { id: 'p-1', persona_id: 'p', version: '1.0.0' })
    await home.put('b', 'personas', { id: 'p', name: 'P' })
    home.pump.start()
    await home.taken('b')
    await home.soon('the version is here', () => Boolean(home.one("SELECT 1 FROM persona_versions WHERE id = 'p-1'")))
    await home.settled()
    const reported = async () =>
      (await rows<{ refused: unknown }>(home.admin, "SELECT refused FROM lares.scope_states WHERE scope = 'a'"))[0]
    await expect.poll(reported).toEqual({ refused: [] })
  })

  it('take the place of the seeded persona', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'personas', { id: COMPANION, name: 'Central companion' })
    await home.put('care', 'persona_versions', { id: 'companion-1', persona_id: COMPANION, version: '1.0.0' })
    home.pump.start()
    expect(await home.taken('care')).toEqual(FINE)
    expect(home.house.all('SELECT name, managed_by FROM personas WHERE id = ?', COMPANION)).toEqual([
      { name: 'Central companion', managed_by: 'central' },
    ])
    expect(home.house.all('SELECT id, managed_by FROM persona_versions WHERE persona_id = ?', COMPANION)).toEqual([
      { id: 'companion-1', managed_by: 'central' },
    ])
    // A hub that starts again seeds nothing beside it.
    home.house.restart()
    expect(home.house.all('SELECT name FROM personas WHERE id = ?', COMPANION)).toEqual([{ name: 'Central companion' }])
  })

  it('do not take the place of a seeded persona that somebody edited, nor of its version', async () => {
    const home = await begin()
    home.house.db.prepare("UPDATE personas SET name = 'Edited', updated_at = updated_at + 1").run()
    const [seeded] = home.house.all<{ id: string }>('SELECT id FROM persona_versions WHERE persona_id = ?', COMPANION)
    await home.grant('care')
    await home.put('care', 'persona_versions', { id: 'companion-1', persona_id: COMPANION, version: '1.0.0' })
    await home.put('care', 'personas', { id: COMPANION, name: 'Central companion' })
    home.pump.start()
    const { ok, refused } = await home.taken('care')
    expect(ok).toBe(true)
    expect(refused.map(({ key }) => key).sort()).toEqual([COMPANION, 'companion-1'])
    expect(home.house.all('SELECT name, managed_by FROM personas WHERE id = ?', COMPANION)).toEqual([
      { name: 'Edited', managed_by: 'site' },
    ])
    expect(home.house.all('SELECT id FROM persona_versions WHERE persona_id = ?', COMPANION)).toEqual([seeded])
  })

  it('are named with the column that has a wrong type; columns and tables that this hub lacks are no harm', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'device_groups', { id: 'g', name: 'Day', colour_of_next_year: 'blue' })
    await home.put('care', 'device_groups', { id: 'g-wrong', name: 7 })
    await home.put('care', 'users', { id: 'u', email: 'anna@example.org', is_active: 'yes' })
    await home.put('care', 'personas', { id: 'p', name: 'P', priority: 1.5 })
    await home.put('care', 'users', { id: 'u-late', email: 'late@example.org', created_at: 'yesterday' })
    await home.put('care', 'device_groups', { id: 'g-nobody', name: 'Nobody', owner_id: 'u-nobody' })
    await home.put('care', 'device_groups', { id: 'g-nameless' })
    await home.put('care', 'holograms', { id: 'h', name: 'H' })
    home.pump.start()
    const { ok, refused } = await home.taken('care')
    expect(ok).toBe(true)
    expect(Object.fromEntries(refused.map(({ table, key, reason }) => [`${table} ${key}`, reason]))).toEqual({
      'device_groups g-wrong': 'name is no text',
      'users u': 'is_active is no true or false',
      'personas p': 'priority is no integer',
      'users u-late': 'created_at is no time',
      'device_groups g-nobody': expect.stringMatching(/^it belongs to \S+ of \w+, which is not here$/),
      'device_groups g-nameless': expect.stringContaining('device_groups.name'),
      'holograms h': 'this hub has no table holograms',
    })
    expect(home.house.all('SELECT id, name FROM device_groups')).toEqual([{ id: 'g', name: 'Day' }])
    // Central mends or removes them, and the house follows.
    await home.put('care', 'device_groups', { id: 'g-wrong', name: 'Right' })
    await home.put('care', 'users', { id: 'u-nobody', email: 'somebody@example.org' })
    for (const [table, key] of [
      ['users', 'u'],
      ['users', 'u-late'],
      ['personas', 'p'],
      ['device_groups', 'g-nameless'],
      ['holograms', 'h'],
    ] as const)
      await home.remove('care', table, key)
    expect(await home.taken('care')).toEqual(FINE)
    expect(home.house.all('SELECT id FROM device_groups ORDER BY id')).toEqual(
      ['g', 'g-nobody', 'g-wrong'].map((id) => ({ id })),
    )
  })

  it('keep what they were when an edit is refused', async () => {
    const home = await begin()
    own(home, 'u-mine', 'mine@example.org')
    await home.grant('care')
    await home.put('care', 'users', { id: 'u', email: 'anna@example.org' })
    home.pump.start()
    await home.taken('care')
    await home.put('care', 'users', { id: 'u', email: 'mine@example.org' })
    expect(await home.taken('care')).toMatchObject({ ok: true, refused: [{ key: 'u' }] })
    expect(home.one("SELECT email, managed_by FROM users WHERE id = 'u'")).toEqual({
      email: 'anna@example.org',
      managed_by: 'central',
    })
    await home.remove('care', 'users', 'u')
    expect(await home.taken('care')).toEqual(FINE)
    expect(home.one("SELECT is_active FROM users WHERE id = 'u'")).toEqual({ is_active: 0 })
  })
})

describe.each(VERSIONS)('a house whose copy of central went wrong, on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  const begin = useHouses(central)

  async function settled(): Promise<HouseWithScopes> {
    const home = await begin()
    await home.grant('care')
    for (const id of ['a', 'b', 'c']) await home.put('care', 'device_groups', { id, name: `Group ${id}` })
    await home.put('care', 'personas', { id: 'p', name: 'P' })
    home.pump.start()
    expect(await home.taken('care')).toEqual(FINE)
    return home
  }

  const groups = (home: HouseWithScopes) =>
    home.house.all<{ name: string }>('SELECT name FROM device_groups ORDER BY id').map(({ name }) => name)

  /** Past the guard, as a broken disk or another program would. */
  function corrupt(home: HouseWithScopes, sql: string): void {
    home.house.db.exec(`INSERT INTO central_at_work VALUES (1); ${sql}; DELETE FROM central_at_work`)
  }

  it.each([
    ['a row has another value', "UPDATE device_groups SET name = 'spoilt' WHERE id = 'b'"],
    ['a row is missing', "DELETE FROM device_groups WHERE id = 'b'"],
    ['a row was made inactive', "UPDATE personas SET is_active = 0 WHERE id = 'p'"],
    ['the text of a row is missing', "DELETE FROM managed_rows WHERE row_key = 'b'"],
    ['the text of a row is another', 'UPDATE managed_rows SET row = \'{"id":"b","name":"B"}\' WHERE row_key = \'b\''],
    ['the text of a row is none', "UPDATE managed_rows SET row = 'broken' WHERE row_key = 'b'"],
    [
      'a row is there that central does not have',
      "INSERT INTO device_groups (id, name, settings, managed_by, scope, created_at, updated_at) SELECT 'd', 'Group d', settings, managed_by, scope, created_at, updated_at FROM device_groups WHERE id = 'b'",
    ],
  ])('has it put right by the next comparison: %s', async (_, sql) => {
    const home = await settled()
    corrupt(home, sql)
    expect(await home.compared('care')).toEqual(FINE)
    expect(groups(home)).toEqual(['Group a', 'Group b', 'Group c'])
    expect(home.one("SELECT is_active, managed_by FROM personas WHERE id = 'p'")).toEqual({
      is_active: 1,
      managed_by: 'central',
    })
    expect(home.house.all('SELECT 1 FROM managed_rows')).toHaveLength(4)
  })

  it('notices by the sum when a scope that was put back reached the same number with other rows', async () => {
    const home = await settled()
    // The persona that came last was not there yet at that time. Nothing tells a hub whose connection a pooler keeps.
    await rows(
      home.admin,
      `BEGIN; DELETE FROM lares.scope_rows WHERE row_key = 'p';
       UPDATE lares.scopes SET counter = 3, checksum = (SELECT sum(lares.row_hash(table_name || chr(10) || row_key || chr(10) || row::text)) FROM lares.scope_rows) WHERE scope = 'care';
       SELECT lares.put_row('care', 'device_groups', 'b', '{"id": "b", "name": "Group of another time"}'); COMMIT`,
    )
    await home.soon('the row came', () => groups(home).includes('Group of another time'))
    expect(home.one("SELECT is_active FROM personas WHERE id = 'p'")).toEqual({ is_active: 0 })
  })

  it('fetches whole a scope that central put back to an earlier time', async () => {
    const home = await settled()
    await rows(home.admin, "DELETE FROM lares.scope_rows WHERE scope = 'care'")
    await rows(home.admin, "UPDATE lares.scopes SET counter = 0, checksum = 0 WHERE scope = 'care'")
    await home.put('care', 'device_groups', { id: 'e', name: 'Group e' })
    expect(await home.taken('care')).toEqual(FINE)
    expect(groups(home)).toEqual(['Group e'])
  })
})
