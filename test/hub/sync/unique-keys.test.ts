import { describe, expect, it } from 'vitest'
import { useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { ask, commandInput, data } from '../engine/ask.ts'
import { rows } from './house-with-central.ts'
import { type HouseWithScopes, useHouses } from './scopes-at-central.ts'

const FINE = { ok: true, refused: [] }

/** An account of the house's own, with a token and a place among the people. */
function own(home: HouseWithScopes, id: string, email: string): void {
  const { db, now } = home.house
  db.prepare(
    "INSERT INTO users (id, email, hashed_password, created_at, updated_at) VALUES (?, ?, 'a hash', ?, ?)",
  ).run(id, email, now, now)
  db.prepare("INSERT INTO api_tokens (id, user_id, name, token_hash, created_at) VALUES (?, ?, 'phone', 'h', ?)").run(
    `t-${id}`,
    id,
    now,
  )
  db.prepare(
    "INSERT INTO people (id, house_id, user_id, name, role, created_at, updated_at) SELECT ?, id, ?, 'Somebody', 'owner', ?, ? FROM houses LIMIT 1",
  ).run(`p-${id}`, id, now, now)
}

const users = (home: HouseWithScopes) =>
  home.house.all("SELECT id, email, managed_by, is_active FROM users WHERE role <> 'device' ORDER BY id")

const person = (id: string, email: string, managed_by = 'central', is_active = 1) => ({
  id,
  email,
  managed_by,
  is_active,
})

describe.each(VERSIONS)('an e-mail address that two rows want in one house, on PostgreSQL %s', (version) => {
  const begin = useHouses(useCentral(version))

  it('is free for the next person when central takes out the one who had it', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'users', { id: 'u-old', email: 'desk@example.org' })
    home.pump.start()
    expect(await home.taken('care')).toEqual(FINE)
    await home.remove('care', 'users', 'u-old')
    await home.put('care', 'users', { id: 'u-new', email: 'desk@example.org' })
    expect(await home.taken('care')).toEqual(FINE)
    expect(users(home)).toEqual([
      person('u-new', 'desk@example.org'),
      person('u-old', 'desk@example.org (u-old)', 'central', 0),
    ])
    // And comes back to who had it first, when that is what central wants.
    await home.remove('care', 'users', 'u-new')
    await home.put('care', 'users', { id: 'u-old', email: 'desk@example.org' })
    expect(await home.taken('care')).toEqual(FINE)
    expect(users(home)).toContainEqual(person('u-old', 'desk@example.org'))
  })

  it('is free when the scope of the one who had it left', async () => {
    const home = await begin()
    await home.grant('a')
    await home.grant('b')
    await home.put('a', 'users', { id: 'u-a', email: 'desk@example.org' })
    home.pump.start()
    expect(await home.taken('a')).toEqual(FINE)
    await home.put('b', 'users', { id: 'u-b', email: 'desk@example.org' })
    expect((await home.taken('b')).refused).toEqual([
      {
        table: 'users',
        key: 'u-b',
        reason: 'users.email desk@example.org is that of u-a, which the scope a has',
      },
    ])
    await home.revoke('a')
    await home.soon('the other one has it', () => home.events('central_row_taken').length === 1)
    expect(users(home)).toContainEqual(person('u-b', 'desk@example.org'))
  })

  it('is one however it is spelled', async () => {
    const home = await begin()
    own(home, 'u-mine', 'anna@example.org')
    await home.grant('care')
    await home.put('care', 'users', { id: 'u-anna', email: 'Anna@Example.org' })
    await home.put('care', 'users', { id: 'u-bert', email: 'Bert@Example.org' })
    home.pump.start()
    expect(await home.taken('care')).toMatchObject({ ok: true, refused: [{ key: 'u-anna' }] })
    expect(users(home)).toEqual([person('u-bert', 'bert@example.org'), person('u-mine', 'anna@example.org', 'site')])
  })

  it('changes hands between people of central, also when the house hears of it only at the end', async () => {
    const home = await begin()
    await home.grant('care')
    for (const [id, email] of [
      ['u-1', 'one@example.org'],
      ['u-2', 'two@example.org'],
      ['u-3', 'three@example.org'],
    ] as const)
      await home.put('care', 'users', { id, email })
    home.pump.start()
    expect(await home.taken('care')).toEqual(FINE)
    await home.kill()
    await home.put('care', 'users', { id: 'u-1', email: 'between@example.org' })
    await home.put('care', 'users', { id: 'u-3', email: 'one@example.org' })
    await home.put('care', 'users', { id: 'u-2', email: 'three@example.org' })
    await home.put('care', 'users', { id: 'u-1', email: 'two@example.org' })
    home.restart()
    expect(await home.taken('care')).toEqual(FINE)
    expect(users(home)).toEqual([
      person('u-1', 'two@example.org'),
      person('u-2', 'three@example.org'),
      person('u-3', 'one@example.org'),
    ])
  })

  it('changes hands without leaving anybody the rights of before', async () => {
    const home = await begin()
    await home.grant('care')
    await home.put('care', 'users', { id: 'u-1', email: 'one@example.org', role: 'admin' })
    await home.put('care', 'users', { id: 'u-2', email: 'two@example.org' })
    home.pump.start()
    expect(await home.taken('care')).toEqual(FINE)
    await home.kill()
    await home.put('care', 'users', { id: 'u-1', email: 'between@example.org' })
    await home.put('care', 'users', { id: 'u-2', email: 'one@example.org' })
    await home.put('care', 'users', { id: 'u-1', email: 'two@example.org', role: 'user' })
    home.restart()
    expect(await home.taken('care')).toEqual(FINE)
    expect(users(home)).toEqual([person('u-1', 'two@example.org'), person('u-2', 'one@example.org')])
    const ended = home.effects.flatMap((effect) => (effect.kind === 'disconnect_user' ? [effect.user] : []))
    expect(ended).toEqual(['u-1'])
  })

  it("is said with both ways to settle it, and central's person has it as soon as the house's own is gone", async () => {
    const home = await begin()
    own(home, 'u-mine', 'bert@example.org')
    await home.grant('care')
    await home.put('care', 'users', { id: 'u-bert', email: 'bert@example.org' })
    home.pump.start()
    const reason = "users.email bert@example.org is that of u-mine, a row of this house's own"
    expect((await home.taken('care')).refused).toEqual([{ table: 'users', key: 'u-bert', reason }])
    expect(home.events('central_row_refused')).toEqual([{ scope: 'care', table: 'users', key: 'u-bert', reason }])
    const status = data(ask(home.house, commandInput('sync/status', {}, { prepared: home.status() })))
    expect(status).toMatchObject({
      conflicts: [
        {
          ...{ scope: 'care', table: 'users', key: 'u-bert', reason },
          settle:
            "central's: lares sync yield users u-bert; this hub's, at central: lares central remove care users u-bert",
        },
      ],
    })
    await home.settled()
    ask(home.house, commandInput('users/delete', { email: 'bert@example.org' }))
    // Nobody asks central anew: the deletion goes there, and the house looks again.
    await home.soon('the row of central is here', () => home.events('central_row_taken').length === 1)
    expect(users(home)).toEqual([person('u-bert', 'bert@example.org')])
    await expect
      .poll(() => rows(home.admin, "SELECT refused FROM lares.scope_states WHERE scope = 'care'"))
      .toEqual([{ refused: [] }])
  })

  it("goes over to central's person with all that the house's own one had, when the administrator yields it", async () => {
    const home = await begin()
    own(home, 'u-mine', 'bert@example.org')
    await home.grant('care')
    await home.put('care', 'users', { id: 'u-bert', email: 'bert@example.org', role: 'admin' })
    home.pump.start()
    await home.taken('care')
    await home.settled()
    const result = ask(home.house, commandInput('sync/yield', { table: 'users', key: 'u-bert' }))
    expect(data(result)).toEqual({ table: 'users', key: 'u-bert', scope: 'care', replaced: ['u-mine'] })
    expect(users(home)).toEqual([person('u-bert', 'bert@example.org')])
    expect(home.one("SELECT hashed_password, role FROM users WHERE id = 'u-bert'")).toEqual({
      hashed_password: 'a hash',
      role: 'admin',
    })
    expect(home.house.all('SELECT user_id FROM api_tokens')).toEqual([{ user_id: 'u-bert' }])
    expect(home.house.all('SELECT user_id FROM people WHERE user_id IS NOT NULL')).toEqual([{ user_id: 'u-bert' }])
    await home.settled()
    // Central keeps the one that gave way as it was last.
    expect(
      await rows(home.admin, "SELECT id, email, deleted_at IS NOT NULL AS gone FROM lares.users WHERE id = 'u-mine'"),
    ).toEqual([{ id: 'u-mine', email: 'bert@example.org', gone: true }])
    expect(await rows(home.admin, 'SELECT user_id FROM lares.people')).toEqual([{ user_id: 'u-bert' }])
    await expect
      .poll(() => rows(home.admin, "SELECT refused FROM lares.scope_states WHERE scope = 'care'"))
      .toEqual([{ refused: [] }])
    expect(await home.compared('care')).toEqual(FINE)
  })

  it('is no matter of yielding where another scope has it, or nobody refused anything', async () => {
    const home = await begin()
    await home.grant('a')
    await home.grant('b')
    await home.put('a', 'users', { id: 'u-a', email: 'desk@example.org' })
    await home.put('b', 'users', { id: 'u-b', email: 'desk@example.org' })
    home.pump.start()
    await home.taken('a')
    const [loser] = [...(await home.taken('a')).refused, ...(await home.taken('b')).refused]
    const attempt = (key: string) => ask(home.house, commandInput('sync/yield', { table: 'users', key }))
    expect(JSON.stringify(attempt(loser?.key ?? ''))).toMatch(/no row of this hub's own is in the way.*central remove/)
    expect(JSON.stringify(attempt('u-nobody'))).toMatch(/refused no row u-nobody.*sync status/)
  })

  it.each([
    ['an own persona with the same key', 'personas', { id: 'nurse', name: 'Central nurse' }],
    [
      'an own version with the same number',
      'persona_versions',
      { id: 'nurse@1.0.0', persona_id: 'nurse', version: '1.0.0', artifacts: { by: 'central' } },
    ],
  ])('is like any other key of a row: %s gives way', async (_, table, row) => {
    const home = await begin()
    const { db, now } = home.house
    db.prepare("INSERT INTO personas (id, name, created_at, updated_at) VALUES ('nurse', 'Own nurse', ?, ?)").run(
      now,
      now + 1,
    )
    db.prepare(
      "INSERT INTO persona_versions (id, persona_id, version, artifacts, created_at) VALUES ('own', 'nurse', '1.0.0', '{\"by\":\"house\"}', ?)",
    ).run(now)
    await home.grant('care')
    await home.put('care', table, row)
    home.pump.start()
    expect((await home.taken('care')).refused).toHaveLength(1)
    await home.settled()
    data(ask(home.house, commandInput('sync/yield', { table, key: row.id })))
    await home.settled()
    expect(await home.compared('care')).toEqual(FINE)
    expect(home.one(`SELECT managed_by FROM ${table} WHERE id = ?`, row.id)).toEqual({ managed_by: 'central' })
    const [left] = await rows<{ gone: boolean }>(
      home.admin,
      `SELECT deleted_at IS NOT NULL AS gone FROM lares.${table} WHERE id = $1`,
      [table === 'personas' ? 'nurse' : 'own'],
    )
    expect(left).toEqual({ gone: true })
  })
})
