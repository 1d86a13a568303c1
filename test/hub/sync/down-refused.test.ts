import { describe, expect, it } from 'vitest'
import type { TestHouse } from '../engine/engine-in-memory.ts'
import { administratorOf, fetched } from './central-rows.ts'
import { rows } from './house-with-central.ts'
import { useHouses } from './use-houses.ts'

const ANNA = { id: 'user-anna', email: 'anna@example.org', full_name: 'Anna' }

const events = (house: TestHouse) =>
  house
    .all<{ event_data: string }>("SELECT event_data FROM events WHERE event_type = 'central_row_refused' ORDER BY id")
    .map(({ event_data }) => JSON.parse(event_data) as { scope: string; table: string; key: string; reason: string })

function ownUser(house: TestHouse, id: string, email: string): void {
  house.db.prepare('INSERT INTO users (id, email, created_at, updated_at) VALUES (?, ?, 1, 1)').run(id, email)
}

describe('a central row that does not fit this house', () => {
  const houses = useHouses('18')

  async function begin(prepare: (house: TestHouse) => void = () => {}) {
    const house = await houses.house()
    const at = administratorOf(house)
    await at.makeScope('care')
    await at.grant('care')
    prepare(house.house)
    house.pump.start()
    return Object.assign(house, { at })
  }

  it('because the house has one of its own with its key is refused, said, reported, and the scope goes on', async () => {
    const here = await begin((house) => ownUser(house, 'user-anna', 'own@example.org'))
    const { house, at } = here
    await at.put('care', 'users', ANNA)
    await at.put('care', 'users', { id: 'user-ben', email: 'ben@example.org' })
    await fetched(here)
    expect(house.all('SELECT id, email, managed_by FROM users ORDER BY id')).toEqual([
      { id: 'user-anna', email: 'own@example.org', managed_by: 'site' },
      { id: 'user-ben', email: 'ben@example.org', managed_by: 'central' },
    ])
    const reason = 'this house has a row of its own with this key'
    expect(events(house)).toEqual([{ scope: 'care', table: 'users', key: 'user-anna', reason }])
    expect(await at.reported('care')).toEqual({
      seq: 2,
      ok: true,
      refused: [{ table: 'users', key: 'user-anna', reason }],
    })
    // Looked at again it is the same refusal, and no news.
    await fetched(here)
    expect(events(house)).toHaveLength(1)
  })

  it('because of a unique key is taken once the obstacle is gone', async () => {
    const here = await begin((house) => {
      ownUser(house, 'own', 'anna@example.org')
      house.db
        .prepare(
          "INSERT INTO persona_versions (id, persona_id, version, created_by, created_at) VALUES ('own', 'companion', '2.0.0', 'own', 1)",
        )
        .run()
    })
    const { house, at } = here
    await at.put('care', 'users', ANNA)
    await at.put('care', 'persona_versions', { id: 'theirs', persona_id: 'companion', version: '2.0.0' })
    await fetched(here)
    expect(events(house).map(({ key, reason }) => [key, reason])).toEqual(
      expect.arrayContaining([
        ['user-anna', expect.stringContaining('users.email')],
        ['theirs', expect.stringContaining('persona_versions.persona_id')],
      ]),
    )
    expect((await at.reported('care'))?.refused).toHaveLength(2)
    house.db.prepare("UPDATE users SET email = 'other@example.org' WHERE id = 'own'").run()
    house.db.prepare("DELETE FROM persona_versions WHERE id = 'own'").run()
    await fetched(here)
    expect(house.all("SELECT managed_by FROM users WHERE id = 'user-anna'")).toEqual([{ managed_by: 'central' }])
    expect(house.all("SELECT managed_by FROM persona_versions WHERE id = 'theirs'")).toEqual([
      { managed_by: 'central' },
    ])
    expect(await at.reported('care')).toMatchObject({ ok: true, refused: [] })
  })

  it('because another scope has it is refused until that one gives it up', async () => {
    const here = await begin()
    const { house, at } = here
    await at.put('care', 'users', ANNA)
    await fetched(here)
    await at.makeScope('family')
    await at.put('family', 'users', { ...ANNA, full_name: 'Anna B.' })
    await at.grant('family')
    await fetched(here)
    expect(house.all('SELECT full_name, scope FROM users')).toEqual([{ full_name: 'Anna', scope: 'care' }])
    expect(await at.reported('family')).toMatchObject({
      ok: true,
      refused: [{ key: 'user-anna', reason: 'it is managed by the scope care' }],
    })
    await at.revoke('care')
    await fetched(here)
    expect(house.all('SELECT full_name, scope, is_active FROM users')).toEqual([
      { full_name: 'Anna B.', scope: 'family', is_active: 1 },
    ])
    expect(await at.reported('family')).toMatchObject({ ok: true, refused: [] })
  })

  it('because a value has the wrong type is refused with the column named', async () => {
    const here = await begin()
    const { house, at } = here
    const wrong: [string, Record<string, unknown>, string][] = [
      ['personas', { id: 'a', name: 7 }, 'name is no text'],
      ['personas', { id: 'b', name: 'B', priority: 1.5 }, 'priority is no integer'],
      ['personas', { id: 'c', name: 'C', is_active: 'yes' }, 'is_active is no true or false'],
      ['personas', { id: 'd', name: 'D', created_at: 'soon' }, 'created_at is no time'],
      ['personas', { id: 'e' }, 'NOT NULL constraint failed: personas.name'],
      ['personas', { id: 'f', name: null }, 'NOT NULL constraint failed: personas.name'],
      ['device_groups', { id: 'g', name: 'G', owner_id: 'nobody' }, 'FOREIGN KEY constraint failed'],
      ['houses', { id: 'h', name: 'H' }, 'this hub has no table houses'],
      ['kitchens', { id: 'i' }, 'this hub has no table kitchens'],
    ]
    for (const [table, row] of wrong) await at.put('care', table, row)
    await at.put('care', 'personas', { id: 'good', name: 'Good', from_the_future: [1] })
    await fetched(here)
    expect(new Map(events(house).map(({ key, reason }) => [key, reason]))).toEqual(
      new Map(wrong.map(([, row, reason]) => [String(row.id), reason])),
    )
    expect(house.all("SELECT id FROM personas WHERE managed_by = 'central'")).toEqual([{ id: 'good' }])
    expect(await at.reported('care')).toMatchObject({ ok: true, seq: wrong.length + 1 })
  })

  it('because it is no row at all is refused in plain words', async () => {
    const here = await begin()
    for (const [key, value] of Object.entries({ a: 'null', b: '[1]', c: '5', d: '{"id":"other","name":"x"}' }))
      await rows(here.admin, "SELECT lares.put_row('care', 'personas', $1, $2::jsonb)", [key, value])
    await fetched(here)
    expect(events(here.house).map(({ key, reason }) => `${key}: ${reason}`)).toEqual([
      'a: the row is no JSON object',
      'b: the row is no JSON object',
      'c: the row is no JSON object',
      "d: the row's id is not its key",
    ])
    expect(await here.at.reported('care')).toMatchObject({ ok: true, seq: 4 })
  })

  it('gets the place of the seeded companion, but not of one that somebody edited', async () => {
    const ours = { id: 'companion', name: 'Ours', created_at: 5 }
    const version = { id: 'ours-1', persona_id: 'companion', version: '1.0.0' }
    for (const edited of [false, true]) {
      const here = await begin((house) => {
        if (edited) house.db.prepare('UPDATE personas SET name = ?, updated_at = updated_at + 1').run('Edited')
      })
      await here.at.put('care', 'personas', ours)
      await here.at.put('care', 'persona_versions', version)
      await fetched(here)
      expect(here.house.all('SELECT name, managed_by, system_prompt IS NULL AS bare FROM personas')).toEqual([
        edited ? { name: 'Edited', managed_by: 'site', bare: 0 } : { name: 'Ours', managed_by: 'central', bare: 1 },
      ])
      expect((await here.at.reported('care'))?.ok).toBe(true)
      if (!edited) {
        expect(await here.at.reported('care')).toMatchObject({ refused: [] })
        expect(here.house.all('SELECT id FROM persona_versions')).toEqual([{ id: 'ours-1' }])
      }
    }
  })
})

describe('what of central was damaged in this house', () => {
  const houses = useHouses('18')

  async function withGroups() {
    const house = await houses.house()
    const at = administratorOf(house)
    await at.makeScope('care')
    await at.grant('care')
    for (const id of ['a', 'b', 'c']) await at.put('care', 'device_groups', { id, name: `Group ${id}` })
    house.pump.start()
    await fetched(house)
    return Object.assign(house, { at })
  }

  it.each([
    ['a changed value', "UPDATE device_groups SET name = 'x' WHERE id = 'b'"],
    ['a value where central has none', "UPDATE device_groups SET description = 'x' WHERE id = 'b'"],
    ['a row that is gone', "DELETE FROM device_groups WHERE id = 'b'"],
    ['a row in another scope', "UPDATE device_groups SET scope = 'x' WHERE id = 'c'"],
    ['a forgotten copy', "DELETE FROM managed_rows WHERE row_key = 'b'"],
    ['a wrong copy', "UPDATE managed_rows SET row = '{}' WHERE row_key = 'b'"],
    [
      'a row central never sent',
      "INSERT INTO managed_rows (scope, table_name, row_key, row, updated_at) VALUES ('care', 'device_groups', 'z', '{}', 1)",
    ],
  ])('is found by the sum and fetched again: %s', async (_, damage) => {
    const here = await withGroups()
    const { house, at } = here
    house.db.exec(`INSERT INTO central_at_work VALUES (1); ${damage}; DELETE FROM central_at_work`)
    const steps: unknown[] = []
    const { engine } = house
    const process = engine.process.bind(engine)
    engine.process = (...args) => {
      const result = process(...args)
      steps.push(...result.values.map(([, value]) => value))
      return result
    }
    await fetched(here)
    expect(steps).toMatchObject([{ ok: false }, { ok: true }])
    expect(house.all('SELECT id, name, description, managed_by, scope FROM device_groups ORDER BY id')).toEqual(
      ['a', 'b', 'c'].map((id) => ({
        id,
        name: `Group ${id}`,
        description: null,
        managed_by: 'central',
        scope: 'care',
      })),
    )
    expect(house.all('SELECT row_key FROM managed_rows ORDER BY row_key')).toHaveLength(3)
    expect(await at.reported('care')).toEqual({ seq: 3, ok: true, refused: [] })
  })
})
