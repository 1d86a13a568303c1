import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { VERSIONS } from '../../central/postgres-servers.ts'
import { ask, commandInput } from '../engine/ask.ts'
import { type Administrator, administratorOf, fetched } from './central-rows.ts'
import { rows } from './house-with-central.ts'
import { type JoinedHouse, useHouses } from './use-houses.ts'

const NURSE = { id: 'nurse', name: 'Nurse', tags: ['care'], priority: 5, voice_config: { rate: 0.9 } }
const NURSE_1 = { id: 'nurse-1', persona_id: 'nurse', version: '1.0.0', artifacts: { name: 'Nurse' } }
const ANNA = { id: 'user-anna', email: 'anna@example.org', full_name: 'Anna', role: 'user' }

type Here = JoinedHouse & { at: Administrator }

describe.each(VERSIONS)('rows that central manages on PostgreSQL %s', (version) => {
  const houses = useHouses(version)

  /** A house that was granted the scope `care`, with these rows in it. */
  async function granted(...put: [table: string, row: Record<string, unknown>][]): Promise<Here> {
    const house = await houses.house()
    const at = administratorOf(house)
    await at.makeScope('care')
    await at.grant('care')
    for (const [table, row] of put) await at.put('care', table, row)
    house.pump.start()
    await fetched(house)
    return Object.assign(house, { at })
  }

  it('arrive, whatever table they are for, and children before their parents too', async () => {
    const { house, at } = await granted(
      ['persona_versions', NURSE_1],
      ['device_groups', { id: 'beds', name: 'Beds', owner_id: 'user-anna', settings: { quiet: true } }],
      ['personas', NURSE],
      ['users', ANNA],
    )
    const managed = { managed_by: 'central', scope: 'care' }
    expect(house.all("SELECT * FROM personas WHERE id = 'nurse'")).toMatchObject([
      { ...managed, name: 'Nurse', tags: '["care"]', priority: 5, voice_config: '{"rate":0.9}', is_active: 1 },
    ])
    expect(house.all("SELECT * FROM persona_versions WHERE id = 'nurse-1'")).toMatchObject([managed])
    expect(house.all('SELECT * FROM users')).toMatchObject([{ ...managed, email: 'anna@example.org' }])
    expect(house.all('SELECT * FROM device_groups')).toMatchObject([
      { ...managed, owner_id: 'user-anna', settings: '{"quiet":true}' },
    ])
    expect(await at.reported('care')).toEqual({ seq: 4, ok: true, refused: [] })
    expect(house.all("SELECT id FROM events WHERE event_type = 'central_row_refused'")).toEqual([])
  })

  it('change, and what a new version of a row leaves out is as in a row that never had it', async () => {
    const here = await granted(['personas', { ...NURSE, description: 'Kind' }])
    await here.at.put('care', 'personas', { id: 'nurse', name: 'Night nurse' })
    await fetched(here)
    expect(here.house.all("SELECT * FROM personas WHERE id = 'nurse'")).toMatchObject([
      { name: 'Night nurse', description: null, tags: '[]', priority: 0, voice_config: null, scope: 'care' },
    ])
    expect(await here.at.reported('care')).toMatchObject({ ok: true })
  })

  it('are closed when they are removed, or deleted where nothing can be closed, and come back', async () => {
    const here = await granted(['personas', NURSE], ['users', ANNA], ['device_groups', { id: 'beds', name: 'Beds' }])
    const { house, at } = here
    for (const [table, key] of [
      ['personas', 'nurse'],
      ['users', 'user-anna'],
      ['device_groups', 'beds'],
    ] as const)
      await at.remove('care', table, key)
    await fetched(here)
    expect(house.all("SELECT is_active FROM personas WHERE id = 'nurse'")).toEqual([{ is_active: 0 }])
    expect(house.all('SELECT is_active FROM users')).toEqual([{ is_active: 0 }])
    expect(house.all('SELECT id FROM device_groups')).toEqual([])
    expect(await at.reported('care')).toMatchObject({ ok: true, seq: 6 })
    await at.put('care', 'personas', NURSE)
    await fetched(here)
    expect(house.all("SELECT is_active FROM personas WHERE id = 'nurse'")).toEqual([{ is_active: 1 }])
  })

  it('leave with their scope, and old ones come with a scope that is granted later', async () => {
    const here = await granted(['personas', NURSE], ['device_groups', { id: 'beds', name: 'Beds' }])
    const { house, at } = here
    await at.makeScope('old')
    await at.put('old', 'device_groups', { id: 'doors', name: 'Doors' })
    await at.put('old', 'device_groups', { id: 'doors', name: 'All doors' })
    await at.grant('old')
    await fetched(here)
    expect(house.all('SELECT id, name FROM device_groups ORDER BY id')).toEqual([
      { id: 'beds', name: 'Beds' },
      { id: 'doors', name: 'All doors' },
    ])
    await at.revoke('care')
    await fetched(here)
    expect(house.all('SELECT id FROM device_groups')).toEqual([{ id: 'doors' }])
    expect(house.all("SELECT is_active FROM personas WHERE id = 'nurse'")).toEqual([{ is_active: 0 }])
    expect(house.all('SELECT scope FROM managed_scopes')).toEqual([{ scope: 'old' }])
    expect(house.all('SELECT row_key FROM managed_rows')).toEqual([{ row_key: 'doors' }])
    await at.grant('care')
    await fetched(here)
    expect(house.all('SELECT id FROM device_groups ORDER BY id')).toEqual([{ id: 'beds' }, { id: 'doors' }])
    expect(house.all("SELECT is_active FROM personas WHERE id = 'nurse'")).toEqual([{ is_active: 1 }])
  })

  it('come in pages, more of them than one page holds', async () => {
    const here = await granted()
    await rows(
      here.admin,
      `SELECT lares.put_row('care', 'device_groups', 'g' || n, jsonb_build_object('id', 'g' || n, 'name', 'Group ' || n)) FROM generate_series(1, 1234) n`,
    )
    await fetched(here)
    expect(here.house.all('SELECT count(*) AS n FROM device_groups')).toEqual([{ n: 1234 }])
    expect(await here.at.reported('care')).toEqual({ seq: 1234, ok: true, refused: [] })
  })

  it('are never passed over by the house when two people write at once', async () => {
    const here = await granted()
    const clients = await Promise.all(
      [1, 2].map(async () => {
        const client = new Client({ connectionString: here.admin })
        await client.connect()
        return client
      }),
    )
    const [first, second] = clients as [Client, Client]
    const group = (id: string, name = id) => ['care', 'device_groups', id, JSON.stringify({ id, name })]
    const PUT = 'SELECT lares.put_row($1, $2, $3, $4)'
    await first.query('BEGIN')
    await first.query(PUT, group('early'))
    await first.query(PUT, group('shared', 'first'))
    // Waits for the first one: with a plain sequence it would be seen before it, under a higher number.
    let done = false
    const later = second.query(PUT, group('shared', 'second')).then(() => {
      done = true
    })
    await fetched(here)
    expect(done).toBe(false)
    expect(here.house.all('SELECT id FROM device_groups')).toEqual([])
    await first.query('COMMIT')
    await later
    await fetched(here)
    expect(here.house.all('SELECT id, name FROM device_groups ORDER BY id')).toEqual([
      { id: 'early', name: 'early' },
      { id: 'shared', name: 'second' },
    ])
    // The second one took the first one's row out of the sum, which it could not see when it began.
    expect(await here.at.reported('care')).toEqual({ seq: 3, ok: true, refused: [] })
    for (const client of clients) await client.end()
  })

  it('disconnect a person whom central closed', async () => {
    const here = await granted(['users', ANNA])
    const { house, at } = here
    await at.put('care', 'users', { ...ANNA, is_active: false })
    // The effect of a step is that of its batch; the pump hands the step over in one.
    const effects = watched(here)
    await fetched(here)
    expect(effects()).toContainEqual({ kind: 'disconnect_user', user: 'user-anna', reason: expect.any(String) })
    expect(house.all('SELECT is_active FROM users')).toEqual([{ is_active: 0 }])
    await at.put('care', 'users', ANNA)
    await at.remove('care', 'users', 'user-anna')
    const again = watched(here)
    await fetched(here)
    expect(again()).toContainEqual({ kind: 'disconnect_user', user: 'user-anna', reason: expect.any(String) })
  })

  it('are not sent back, and a row of the site that goes over to central is marked deleted among its own', async () => {
    const house = await houses.house()
    const at = administratorOf(house)
    house.pump.start()
    await house.settled()
    const companion = () =>
      rows(house.admin, "SELECT deleted_at IS NOT NULL AS gone FROM lares.personas WHERE id = 'companion'")
    expect(await companion()).toEqual([{ gone: false }])
    await at.makeScope('care')
    await at.put('care', 'personas', { id: 'companion', name: 'Our companion' })
    await at.put('care', 'users', ANNA)
    await at.put('care', 'device_groups', { id: 'beds', name: 'Beds' })
    await at.grant('care')
    await fetched(house)
    await house.settled()
    expect(await companion()).toEqual([{ gone: true }])
    for (const table of ['users', 'device_groups'])
      expect(await rows(house.admin, `SELECT id FROM lares."${table}"`)).toEqual([])
    expect(house.house.all('SELECT * FROM sync_changes')).toEqual([])
  })

  it('cannot be changed here, whatever the way', async () => {
    const { house } = await granted(['users', ANNA], ['personas', NURSE])
    for (const sql of [
      "UPDATE users SET full_name = 'x' WHERE id = 'user-anna'",
      "DELETE FROM users WHERE id = 'user-anna'",
      "UPDATE personas SET managed_by = 'site' WHERE id = 'nurse'",
      "INSERT INTO users (id, email, created_at, updated_at) VALUES ('user-anna', 'x', 1, 1) ON CONFLICT (id) DO UPDATE SET email = excluded.email",
    ])
      expect(() => house.db.prepare(sql).run()).toThrow('centrally_managed')
    expect(ask(house, commandInput('users/update', { email: 'anna@example.org', full_name: 'x' }))).toMatchObject({
      error: { code: 'centrally_managed', hint: expect.stringContaining('lares central put care users') },
    })
  })
})

/** The effects of every input from now on. */
function watched({ house }: JoinedHouse): () => unknown[] {
  const { engine } = house
  const seen: unknown[] = []
  const process = engine.process.bind(engine)
  engine.process = (...args) => {
    const result = process(...args)
    seen.push(...result.effects)
    return result
  }
  return () => {
    engine.process = process
    return seen
  }
}
