import { describe, expect, it } from 'vitest'
import { catalogueTable } from '../../../central/catalogue.ts'
import { compareCatalogue } from '../../../central/compare.ts'
import { withCentral } from '../../../central/connect.ts'
import { readLiveCatalogue } from '../../../central/live-catalogue.ts'
import { connected, useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { reading } from '../engine/engine-in-memory.ts'
import { rows, TABLES } from './house-with-central.ts'
import { type HouseWithScopes, useHouses } from './scopes-at-central.ts'

const PI = 'pi-a1b2c3'

/** Makes a table unknown to central, as before the migration that brought it. */
async function forgetTable(admin: string, name: string): Promise<void> {
  await rows(admin, `DROP TABLE lares."${name}" CASCADE`)
  await rows(admin, 'DELETE FROM lares.table_references WHERE table_name = $1 OR target = $1', [name])
  await rows(admin, 'DELETE FROM lares.tables WHERE name = $1', [name])
}

/** Brings what central lacks, with the statements of which migrations are made. */
async function migrate(admin: string): Promise<void> {
  const differences = await withCentral(admin, async (client) =>
    compareCatalogue(TABLES.map(catalogueTable), await readLiveCatalogue(client)),
  )
  // Tables first: references go to them.
  const statements = [...differences]
    .sort((a, b) => Number(b.words.startsWith('the table')) - Number(a.words.startsWith('the table')))
    .flatMap(({ ddl }) => ddl ?? [])
  await connected(admin, async (client) => {
    await client.query('SET ROLE lares_owner')
    for (const statement of statements) await client.query(statement)
  })
}

/** A hub makes a handshake whenever it connects, and learns central's columns then. */
async function reconnect(home: HouseWithScopes): Promise<void> {
  await home.kill()
  home.restart()
  await home.settled()
}

function addRoom({ house }: HouseWithScopes, id: string): void {
  house.db
    .prepare(
      "INSERT INTO rooms (id, house_id, name, room_type, created_at, updated_at) SELECT ?, id, ?, 'kitchen', ?, ? FROM houses",
    )
    .run(id, `Room ${id}`, house.now, house.now)
}

function addRollup({ house }: HouseWithScopes, bucket: number): void {
  house.db
    .prepare(
      'INSERT INTO reading_rollups (series_id, step, bucket, min, max, sum, count, created_at) SELECT id, 300000, ?, 1, 3, 6, 3, ? FROM reading_series',
    )
    .run(bucket, house.now)
}

describe.each(VERSIONS)('a hub that is newer than central, on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  const begin = useHouses(central)

  it('sends columns that central lacks as JSON beside the others', async () => {
    const home = await begin()
    const { house, admin, site } = home
    await rows(
      admin,
      'ALTER TABLE lares.devices DROP COLUMN name CASCADE, DROP COLUMN config_data CASCADE, DROP COLUMN requires_hub CASCADE',
    )
    await rows(admin, 'ALTER TABLE lares.readings DROP COLUMN metadata CASCADE')
    house.device(PI)
    house.db.prepare('UPDATE devices SET name = ?, config_data = ?').run('Tab\tand "quotes" \\', '{"a":[1,null]}')
    house.send([`lares/${PI}/readings`, reading(1, 40)])
    house.db.prepare('UPDATE readings SET metadata = ?').run('{"firmware":"1.2"}')
    house.send([`lares/${PI}/readings`, reading(2, 41)])
    home.pump.start()
    await home.settled()
    expect(await rows(admin, 'SELECT id, extra FROM lares.devices WHERE site_id = $1', [site])).toEqual([
      { id: PI, extra: { name: 'Tab\tand "quotes" \\', config_data: { a: [1, null] }, requires_hub: false } },
    ])
    expect(await rows(admin, 'SELECT value, extra FROM lares.readings ORDER BY id')).toEqual([
      { value: 40, extra: { metadata: { firmware: '1.2' } } },
      { value: 41, extra: {} },
    ])
    // Once central has the columns, the values move there, also of rows that will never be sent again.
    await migrate(admin)
    expect(await rows(admin, 'SELECT name, config_data, requires_hub, extra FROM lares.devices')).toEqual([
      { name: 'Tab\tand "quotes" \\', config_data: { a: [1, null] }, requires_hub: false, extra: null },
    ])
    expect(await rows(admin, 'SELECT metadata, extra FROM lares.readings ORDER BY id')).toEqual([
      { metadata: { firmware: '1.2' }, extra: null },
      { metadata: null, extra: {} },
    ])
    await reconnect(home)
    house.db.prepare("UPDATE devices SET name = 'Kitchen'").run()
    await home.settled()
    expect(await rows(admin, 'SELECT name, extra FROM lares.devices')).toEqual([{ name: 'Kitchen', extra: null }])
    expect(await rows(admin, 'SELECT count(*)::integer AS n FROM lares.readings')).toEqual([{ n: 2 }])
  })

  it('does not keep others from a column because a value of one house does not fit it', async () => {
    const home = await begin()
    const { house, admin, site } = home
    await rows(admin, 'ALTER TABLE lares.devices DROP COLUMN status_since CASCADE, DROP COLUMN requires_hub CASCADE')
    for (const id of [PI, 'pi-d4e5f6']) house.device(id)
    house.db.prepare('UPDATE devices SET status_since = 1000').run()
    home.pump.start()
    await home.settled()
    await rows(
      admin,
      'UPDATE lares.devices SET extra = extra || \'{"status_since": "soon"}\' WHERE id = $1 AND site_id = $2',
      [PI, site],
    )
    await migrate(admin)
    expect(await rows(admin, 'SELECT id, status_since, requires_hub, extra FROM lares.devices ORDER BY id')).toEqual([
      { id: PI, status_since: null, requires_hub: false, extra: { status_since: 'soon' } },
      { id: 'pi-d4e5f6', status_since: new Date(1000), requires_hub: false, extra: null },
    ])
  })

  it('keeps the epoch of what a row refers to', async () => {
    const home = await begin()
    const { house, admin } = home
    await rows(admin, 'ALTER TABLE lares.readings DROP COLUMN series_epoch CASCADE, DROP COLUMN series_id CASCADE')
    house.device(PI)
    house.send([`lares/${PI}/readings`, reading(1, 40)])
    home.pump.start()
    await home.settled()
    await migrate(admin)
    expect(await rows(admin, 'SELECT value, series_id::integer, series_epoch, extra FROM lares.readings')).toEqual([
      { value: 40, series_id: 1, series_epoch: 1, extra: null },
    ])
  })

  it('sees at once when central was migrated, and sends the next row with its new columns', async () => {
    const home = await begin()
    const { house, admin } = home
    await rows(admin, 'ALTER TABLE lares.devices DROP COLUMN name CASCADE')
    home.pump.start()
    await home.settled()
    await migrate(admin)
    await rows(admin, "INSERT INTO lares.schema_migrations (name, hash) VALUES ('9999_names', '')")
    house.device(PI)
    await home.settled()
    const [device] = await rows(admin, 'SELECT name, extra FROM lares.devices')
    expect(device).toEqual({ name: expect.stringMatching(/./), extra: null })
  })

  it('keeps the changes of a table that central lacks, and sends everything else', async () => {
    const home = await begin()
    const { house, admin } = home
    await forgetTable(admin, 'rooms')
    house.device(PI)
    addRoom(home, 'r1')
    addRoom(home, 'r2')
    home.pump.start()
    await home.settled()
    expect(await rows(admin, 'SELECT id FROM lares.devices')).toEqual([{ id: PI }])
    const kept = () => house.all<{ row_key: string }>('SELECT table_name, row_key FROM sync_changes ORDER BY row_key')
    await home.soon('the others are written off', () => kept().length === 2)
    expect(kept()).toEqual(['r1', 'r2'].map((row_key) => ({ table_name: 'rooms', row_key })))
    // Further changes go on meanwhile, and a restart forgets nothing.
    addRoom(home, 'r3')
    house.db.prepare("UPDATE devices SET name = 'Kitchen'").run()
    house.db.prepare("DELETE FROM rooms WHERE id = 'r2'").run()
    await reconnect(home)
    expect(await rows(admin, 'SELECT name FROM lares.devices')).toEqual([{ name: 'Kitchen' }])
    expect(new Set(kept().map(({ row_key }) => row_key))).toEqual(new Set(['r1', 'r2', 'r3']))
    await migrate(admin)
    await reconnect(home)
    expect(
      await rows(
        admin,
        'SELECT id, name, deleted_at IS NULL AS there FROM lares.rooms WHERE deleted_at IS NULL ORDER BY id',
      ),
    ).toEqual(['r1', 'r3'].map((id) => ({ id, name: `Room ${id}`, there: true })))
    await home.soon('nothing is left', () => kept().length === 0)
    expect(house.all('SELECT * FROM sync_quarantine')).toEqual([])
  })

  it('keeps its place in an append-only table that central lacks', async () => {
    const home = await begin()
    const { house, admin, site } = home
    await forgetTable(admin, 'reading_rollups')
    house.device(PI)
    house.send([`lares/${PI}/readings`, reading(1, 40)])
    addRollup(home, house.now - 600_000)
    home.pump.start()
    await home.settled()
    addRollup(home, house.now - 300_000)
    house.send([`lares/${PI}/readings`, reading(2, 41)])
    await home.settled()
    expect(await rows(admin, 'SELECT count(*)::integer AS n FROM lares.readings')).toEqual([{ n: 2 }])
    await migrate(admin)
    await reconnect(home)
    expect(
      await rows(admin, 'SELECT id::integer, epoch, series_epoch, sum FROM lares.reading_rollups ORDER BY id'),
    ).toEqual([1, 2].map((id) => ({ id, epoch: 1, series_epoch: 1, sum: 6 })))
    expect(await rows(admin, 'SELECT epoch FROM lares.sites WHERE site_id = $1', [site])).toEqual([{ epoch: 1 }])
  })
})

describe.each(VERSIONS)('a hub that is older than central, on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  const begin = useHouses(central)

  it('leaves columns that it does not know to their defaults, and as they are', async () => {
    const home = await begin()
    const { house, admin } = home
    await rows(admin, "ALTER TABLE lares.devices ADD COLUMN newer text NOT NULL DEFAULT 'x'")
    await rows(admin, 'ALTER TABLE lares.readings ADD COLUMN newer integer NOT NULL DEFAULT 7')
    house.device(PI)
    house.send([`lares/${PI}/readings`, reading(1, 40)])
    home.pump.start()
    await home.settled()
    expect(await rows(admin, 'SELECT id, newer FROM lares.devices')).toEqual([{ id: PI, newer: 'x' }])
    expect(await rows(admin, 'SELECT value, newer FROM lares.readings')).toEqual([{ value: 40, newer: 7 }])
    // A column that comes while the hub is connected is no different.
    await rows(admin, "ALTER TABLE lares.devices ADD COLUMN newest text NOT NULL DEFAULT 'z'")
    await rows(admin, "UPDATE lares.devices SET newer = 'y'")
    house.db.prepare("UPDATE devices SET name = 'Kitchen'").run()
    await home.settled()
    expect(await rows(admin, 'SELECT name, newer, newest FROM lares.devices')).toEqual([
      { name: 'Kitchen', newer: 'y', newest: 'z' },
    ])
    house.db.prepare('DELETE FROM devices').run()
    await home.settled()
    expect(await rows(admin, 'SELECT name, newer, deleted_at FROM lares.devices')).toEqual([
      { name: 'Kitchen', newer: 'y', deleted_at: expect.any(Date) },
    ])
  })

  it('is not disturbed by a table that it does not know', async () => {
    const home = await begin()
    await rows(home.admin, 'CREATE TABLE lares.holograms (site_id uuid, id text, PRIMARY KEY (site_id, id))')
    await rows(home.admin, "SELECT lares.add_table('holograms', 'mutable', 'id', NULL)")
    home.house.device(PI)
    home.pump.start()
    await home.settled()
    expect(await rows(home.admin, 'SELECT id FROM lares.devices')).toEqual([{ id: PI }])
  })
})
