import { describe, expect, it } from 'vitest'
import { rows } from './house-with-central.ts'
import { type JoinedHouse, useHouses } from './use-houses.ts'

function addPerson({ house }: JoinedHouse, id: string, name = 'X'): void {
  house.db
    .prepare(
      "INSERT INTO people (id, house_id, name, role, preferences, is_present, created_at, updated_at) SELECT ?, id, ?, 'x', '{\"a\":[1]}', 1, 5, 5 FROM houses LIMIT 1",
    )
    .run(id, name)
}

describe('a hub that is newer than its central', () => {
  const houses = useHouses('18')

  it('keeps columns that central lacks in extra, until central has them', async () => {
    const here = await houses.house()
    const { house, pump, settled, admin } = here
    for (const column of ['name', 'preferences', 'is_present'])
      await rows(admin, `ALTER TABLE lares.people DROP COLUMN ${column}`)
    addPerson(here, 'anna', 'tab\there \\ and 🏠')
    addPerson(here, 'ben', 'Ben')
    pump.start()
    await settled()
    const extra = (name: string) => ({ name, preferences: { a: [1] }, is_present: true })
    const people = (columns: string) => rows(admin, `SELECT ${columns} FROM lares.people ORDER BY id`)
    expect(await people('id, extra')).toEqual([
      { id: 'anna', extra: extra('tab\there \\ and 🏠') },
      { id: 'ben', extra: extra('Ben') },
    ])
    await rows(
      admin,
      'ALTER TABLE lares.people ADD COLUMN name text, ADD COLUMN preferences jsonb, ADD COLUMN is_present boolean',
    )
    await rows(admin, "INSERT INTO lares.schema_migrations VALUES ('0098_people', 'x')")
    // A hub that stays connected for weeks sees that as well.
    pump.core.state.untilScopes = 0
    await here.until('it noticed', () => pump.state.lastError?.includes('migrated') === true)
    await here.until('it connected anew', () => pump.state.mode === 'running')
    house.db.prepare("UPDATE people SET name = 'Anna' WHERE id = 'anna'").run()
    await settled()
    expect(await people('id, name, preferences, is_present, extra')).toEqual([
      { id: 'anna', name: 'Anna', preferences: { a: [1] }, is_present: true, extra: null },
      { id: 'ben', name: null, preferences: null, is_present: null, extra: extra('Ben') },
    ])
  })

  it('keeps what is for a table that central lacks, and sends it once central has it', async () => {
    const here = await houses.house()
    const { house, pump, settled, admin, site } = here
    const [{ ddl }] = (await rows(
      admin,
      "SELECT 'CREATE TABLE lares.people (' || string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ') || ', PRIMARY KEY (site_id, id))' AS ddl FROM pg_attribute WHERE attrelid = 'lares.people'::regclass AND attnum > 0",
    )) as [{ ddl: string }]
    await rows(admin, "DELETE FROM lares.tables WHERE name = 'people'")
    await rows(admin, 'DROP TABLE lares.people')
    addPerson(here, 'anna')
    addPerson(here, 'ben')
    pump.start()
    await settled()
    house.device('pi-a1b2c3')
    house.db.prepare("UPDATE people SET name = 'Ben' WHERE id = 'ben'").run()
    await settled()
    expect(await rows(admin, 'SELECT id FROM lares.devices WHERE site_id = $1', [site])).toHaveLength(1)
    expect(house.all('SELECT table_name, row_key FROM sync_changes ORDER BY row_key')).toEqual([
      { table_name: 'people', row_key: 'anna' },
      { table_name: 'people', row_key: 'ben' },
    ])
    await rows(admin, ddl)
    await rows(admin, "SELECT lares.add_table('people', 'mutable', 'id', NULL)")
    await rows(admin, "INSERT INTO lares.schema_migrations VALUES ('0098_people', 'x')")
    pump.core.state.untilScopes = 0
    await here.until('it was sent', () => house.all('SELECT 1 FROM sync_changes').length === 0)
    expect(await rows(admin, 'SELECT id, name FROM lares.people ORDER BY id')).toEqual([
      { id: 'anna', name: 'X' },
      { id: 'ben', name: 'Ben' },
    ])
  })
})

describe('a hub that is older than its central', () => {
  const houses = useHouses('18')

  it('leaves columns alone that it does not know', async () => {
    const here = await houses.house()
    const { house, pump, settled, admin } = here
    await rows(admin, 'ALTER TABLE lares.people ADD COLUMN shoe_size integer NOT NULL DEFAULT 38')
    await rows(admin, "ALTER TABLE lares.events ADD COLUMN mood text DEFAULT 'calm'")
    addPerson(here, 'anna')
    pump.start()
    await settled()
    expect(await rows(admin, 'SELECT id, shoe_size, extra FROM lares.people')).toEqual([
      { id: 'anna', shoe_size: 38, extra: null },
    ])
    expect(await rows(admin, 'SELECT DISTINCT mood FROM lares.events')).toEqual([{ mood: 'calm' }])
    await rows(admin, 'UPDATE lares.people SET shoe_size = 40')
    house.db.prepare("UPDATE people SET name = 'Anna'").run()
    await settled()
    expect(await rows(admin, 'SELECT name, shoe_size FROM lares.people')).toEqual([{ name: 'Anna', shoe_size: 40 }])
  })
})
