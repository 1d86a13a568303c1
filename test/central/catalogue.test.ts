import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { catalogueTable } from '../../central/catalogue.ts'
import { compareCatalogue } from '../../central/compare.ts'
import { withCentral } from '../../central/connect.ts'
import { readLiveCatalogue } from '../../central/live-catalogue.ts'
import { CENTRAL_MIGRATIONS, migrateCentral } from '../../central/migrate-central.ts'
import { isAppend } from '../../hub/store/central-shape.ts'
import { centralTables } from '../../hub/store/central-tables.ts'
import { readMigrations } from '../../shared/sqlite/migrate.ts'
import { connected, query, useCentral, VERSIONS } from './postgres-servers.ts'

const declared = centralTables().map(catalogueTable)

describe.each(VERSIONS)('central on PostgreSQL %s', (version) => {
  const central = useCentral(version)

  it('has every table, column, index, check and reference that the hub declares', async () => {
    const differences = await withCentral(central.untouched(), async (client) =>
      compareCatalogue(declared, await readLiveCatalogue(client)),
    )
    expect(differences).toEqual([])
  })

  it('has no other columns in them than those that are declared and those that central adds', async () => {
    const live = await withCentral(central.untouched(), (client) => readLiveCatalogue(client))
    const names = (tables: { name: string; columns: { name: string }[] }[]) =>
      new Map(tables.map(({ name, columns }) => [name, columns.map((column) => column.name).sort()]))
    expect(names(live)).toEqual(names(declared))
  })

  it('is migrated between two batches of a hub, and never while one is under way', async () => {
    const url = await central.migrated()
    const folder = mkdtempSync(join(tmpdir(), 'lares-migrations-'))
    cpSync(CENTRAL_MIGRATIONS, folder, { recursive: true })
    writeFileSync(join(folder, '9999_next.sql'), 'ALTER TABLE lares.rooms ADD COLUMN colour text;')
    const waiting = () => query(url, "SELECT FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock'")
    await withCentral(url, async (batch) => {
      await batch.query('BEGIN')
      await batch.query('SELECT FROM lares.sites FOR SHARE')
      const migrated = withCentral(url, (client) => migrateCentral(client, folder))
      while ((await waiting()).length === 0) await setImmediate()
      await batch.query('COMMIT')
      expect((await migrated).applied).toEqual(['9999_next'])
    })
    rmSync(folder, { recursive: true })
  })

  it('says what is missing, and the statements mend it', async () => {
    const url = await central.migrated()
    await query(url, 'ALTER TABLE lares.houses DROP COLUMN num_rooms CASCADE')
    await query(url, 'DROP INDEX lares.ix_rooms_name')
    await query(url, 'ALTER TABLE lares.readings DROP CONSTRAINT readings_quality')
    await query(url, 'DROP TABLE lares.turns')
    await query(url, "DELETE FROM lares.tables WHERE name = 'turns'")
    await query(url, "DELETE FROM lares.table_references WHERE table_name = 'turns'")
    const compare = () =>
      withCentral(url, async (client) => compareCatalogue(declared, await readLiveCatalogue(client)))
    const differences = await compare()
    expect(differences.map(({ words }) => words).sort()).toEqual([
      'houses: the column num_rooms is missing',
      'readings: the check readings_quality is missing',
      'rooms: the index ix_rooms_name is missing',
      'the table turns is missing',
    ])
    await connected(url, async (client) => {
      for (const statement of differences.flatMap(({ ddl }) => ddl ?? [])) await client.query(statement)
    })
    expect(await compare()).toEqual([])
  })

  it('leaves to a person what is there but otherwise', async () => {
    const url = await central.migrated()
    await query(url, 'ALTER TABLE lares.rooms ALTER COLUMN windows TYPE integer')
    const differences = await withCentral(url, async (client) =>
      compareCatalogue(declared, await readLiveCatalogue(client)),
    )
    expect(differences).toMatchObject([{ words: expect.stringContaining('windows is {'), ddl: null }])
  })

  it('migrates twice without a change', async () => {
    const url = await central.migrated()
    expect(await withCentral(url, (client) => migrateCentral(client))).toEqual({ applied: [], partitions: 0 })
  })

  it('lets two people migrate at the same moment', async () => {
    const url = central.server.url(await central.server.freshDatabase())
    const results = await Promise.all([1, 2].map(() => withCentral(url, (client) => migrateCentral(client))))
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(
      readMigrations(CENTRAL_MIGRATIONS).map(({ name }) => name),
    )
  })

  it('is refused by a version that does not know its newest migration', async () => {
    const url = await central.migrated()
    await query(url, "INSERT INTO lares.schema_migrations VALUES ('0099_future', 'x')")
    await expect(withCentral(url, (client) => migrateCentral(client))).rejects.toMatchObject({
      code: 'newer_schema',
      message: expect.stringContaining('0099_future'),
    })
  })

  it('says when a migration that ran has another text now', async () => {
    const url = await central.migrated()
    await query(url, "UPDATE lares.schema_migrations SET hash = 'x' WHERE name = '0001_tables'")
    await expect(withCentral(url, (client) => migrateCentral(client))).rejects.toMatchObject({ code: 'internal' })
  })

  it('keeps readings without padding between their first columns', async () => {
    const rows = await query<{ attname: string }>(
      central.untouched(),
      "SELECT attname FROM pg_attribute WHERE attrelid = 'lares.readings'::regclass AND attnum > 0 ORDER BY attnum LIMIT 4",
    )
    expect(rows.map(({ attname }) => attname)).toEqual(['site_id', 'epoch', 'series_epoch', 'id'])
  })

  it('declares no foreign key, and an index on every reference', async () => {
    const url = central.untouched()
    expect(await query(url, "SELECT conname FROM pg_constraint WHERE contype = 'f'")).toEqual([])
    const live = await withCentral(url, (client) => readLiveCatalogue(client))
    const bare = live.flatMap((table) =>
      table.references
        .filter(({ column, epochColumn }) => {
          const wanted = ['site_id', ...(epochColumn === null ? [] : [epochColumn]), column]
          return !table.indexes.some(({ columns }) => wanted.every((name, place) => columns[place] === name))
        })
        .map(({ column }) => `${table.name}.${column}`),
    )
    expect(bare).toEqual([])
  })
})

/** Columns that end like a key and are not looked up when somebody is erased, and why. */
const NAMES_NOBODY = {
  'control_actions.command_id': 'what a device knows it by, of nobody else',
  'device_entities.entity_id': 'its own name at Home Assistant',
  'device_entities.unique_id': 'its own, given by its integration',
  'device_groups.managed_by': 'site or central',
  'events.entity_id': 'goes with its device, which the row names too',
  'events.house_id': 'a house is erased with its whole site',
  'messages.persona_id': 'a persona is never deleted',
  'persona_versions.managed_by': 'site or central',
  'personas.managed_by': 'site or central',
  'users.managed_by': 'site or central',
}

describe('the shape of central', () => {
  it('has site_id first in every key and every index but those over time alone', () => {
    for (const table of declared) {
      expect(table.primaryKey[0]).toBe('site_id')
      for (const { method, columns } of table.indexes) if (method === 'btree') expect(columns[0]).toBe('site_id')
    }
  })

  it('puts the epoch into the key of append-only tables and the time into that of partitioned ones', () => {
    for (const table of declared) {
      expect(table.primaryKey.includes('epoch')).toBe(isAppend(table))
      if (table.partition !== null) expect(table.primaryKey).toContain(table.partition)
    }
  })

  it('knows the row that every column with a key names, so that erasing one finds the others', () => {
    const unknown = declared.flatMap(({ name, keyColumn, columns, references }) =>
      columns
        .filter((column) => /_(id|by)$/.test(column.name) && !['site_id', keyColumn].includes(column.name))
        .filter((column) => !references.some((reference) => reference.column === column.name))
        .map((column) => `${name}.${column.name}`),
    )
    expect(unknown.sort()).toEqual(Object.keys(NAMES_NOBODY).sort())
  })

  it('has two partitioned tables', () => {
    expect(declared.filter(({ partition }) => partition !== null).map(({ name }) => name)).toEqual([
      'events',
      'readings',
    ])
  })
})
