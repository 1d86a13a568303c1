import { is, SQL } from 'drizzle-orm'
import { getTableConfig, SQLiteSyncDialect, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { afterAll, describe, expect, it } from 'vitest'
import * as schema from '../../../drizzle/sqlite/schema.ts'
import { GIVEN_KEYS } from '../../../hub/store/append-keys.ts'
import { HUB_MIGRATIONS } from '../../../hub/store/open-store.ts'
import { migrate } from '../../../shared/sqlite/migrate.ts'
import { openDatabase } from '../../../shared/sqlite/open.ts'

const db = openDatabase({ file: ':memory:' })
migrate(db, { folder: HUB_MIGRATIONS, now: 1 })
afterAll(() => void db.close())

const configs = Object.values(schema)
  .filter((table) => is(table, SQLiteTable))
  .map((table) => getTableConfig(table as SQLiteTable))
type Config = (typeof configs)[number]
const tables = configs.map((config) => [config.name, config] as const)
const dialect = new SQLiteSyncDialect()

const rows = <T>(sql: string, ...values: unknown[]) => db.prepare(sql).all(...values) as T[]

/** A default as SQLite keeps it: the text of its expression. */
function defaultText(value: unknown): string | null {
  if (value === undefined) return null
  if (is(value, SQL)) return dialect.sqlToQuery(value).sql
  return typeof value === 'string' ? `'${value}'` : String(value)
}

function declaredColumns(config: Config) {
  const composite = new Set(config.primaryKeys.flatMap((key) => key.columns.map(({ name }) => name)))
  return config.columns.map((column) => ({
    name: column.name,
    type: column.getSQLType().toUpperCase(),
    notNull: column.notNull,
    default: defaultText(column.default),
    key: column.primary || composite.has(column.name),
  }))
}

function liveColumns(table: string) {
  return rows<{ name: string; type: string; notnull: number; dflt_value: string | null; pk: number }>(
    'SELECT * FROM pragma_table_xinfo(?)',
    table,
  ).map(({ name, type, notnull, dflt_value, pk }) => ({
    name,
    type,
    notNull: notnull === 1,
    default: dflt_value,
    key: pk > 0,
  }))
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

describe('the migrated database', () => {
  it('has the declared tables and the views, and nothing else', () => {
    const live = rows<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    ).map(({ name }) => name)
    const declared = configs.map(({ name }) => name)
    const views = [
      'sensor_readings',
      'series_readings',
      'reading_rollup_buckets',
      'devices_compat',
      'events_compat',
      'houses_compat',
    ]
    expect(live.sort()).toEqual([...declared, 'schema_migrations', ...views].sort())
  })

  it.each([
    ['devices_compat', 'user_name is_online name status credentials_id'],
    ['events_compat', 'payload partition_key event_data'],
    ['houses_compat', 'owner_preferences preferences'],
  ])('%s reads the names that lost, and no secret', (view, columns) => {
    const live = rows<{ name: string }>(`SELECT name FROM pragma_table_info('${view}')`).map(({ name }) => name)
    expect(live).toEqual(expect.arrayContaining(columns.split(' ')))
    expect(live).not.toContain('auth_token_hash')
  })

  it('keeps every table STRICT', () => {
    const lax = rows(
      "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite%'",
    )
    expect(lax).toEqual([])
  })

  it.each(tables)('%s has the declared columns', (name, config) => {
    expect(liveColumns(name).sort(byName)).toEqual(declaredColumns(config).sort(byName))
  })

  it.each(tables)('%s has the declared indexes', (name, config) => {
    const declared = config.indexes.map(({ config: { name: index, unique, columns } }) => ({
      name: index,
      unique: unique === true,
      columns: columns.map((column) => ('name' in column ? column.name : '?')).join(', '),
    }))
    const live = rows<{ name: string; unique: number }>(
      "SELECT * FROM pragma_index_list(?) WHERE origin <> 'pk'",
      name,
    ).map((index) => ({
      name: index.name,
      unique: index.unique === 1,
      columns: rows<{ name: string }>('SELECT name FROM pragma_index_info(?)', index.name)
        .map((column) => column.name)
        .join(', '),
    }))
    expect(live.sort(byName)).toEqual(declared.sort(byName))
  })

  it.each(tables)('%s has the declared foreign keys', (name, config) => {
    const declared = config.foreignKeys.map((key) => {
      const { columns, foreignTable, foreignColumns } = key.reference()
      const from = columns.map((column) => column.name).join(', ')
      const to = foreignColumns.map((column) => column.name).join(', ')
      return `${from} → ${getTableConfig(foreignTable).name}(${to}) on delete ${key.onDelete ?? 'no action'}`
    })
    const live = rows<{ from: string; table: string; to: string; on_delete: string }>(
      'SELECT * FROM pragma_foreign_key_list(?)',
      name,
    ).map((key) => `${key.from} → ${key.table}(${key.to}) on delete ${key.on_delete.toLowerCase()}`)
    expect(live.sort()).toEqual(declared.sort())
  })

  it('gives AUTOINCREMENT to every integer key, so that a purged key is never handed out again, or gives it itself', () => {
    const plain = configs
      .filter((config) => config.columns.some((column) => column.primary && column.getSQLType() === 'integer'))
      .map(({ name }) => name)
      .filter(
        (name) =>
          !/AUTOINCREMENT/.test(String(db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(name))),
      )
    expect(plain).toEqual([...GIVEN_KEYS])
    db.exec("INSERT INTO sync_changes (table_name, row_key) VALUES ('t', '1'), ('t', '2')")
    db.exec('DELETE FROM sync_changes')
    db.exec("INSERT INTO sync_changes (table_name, row_key) VALUES ('t', '3')")
    expect(rows('SELECT seq FROM sync_changes')).toEqual([{ seq: 3 }])
  })

  it('has an index for every foreign key that a parent’s deletion must follow', () => {
    const uncovered = configs.flatMap(({ name }) =>
      rows<{ from: string; on_delete: string }>('SELECT * FROM pragma_foreign_key_list(?)', name)
        .filter(({ on_delete, from }) => on_delete === 'CASCADE' && !indexed(name, [from]))
        .map(({ from }) => `${name}.${from}`),
    )
    // An invitation lives a day at most, so there are never many to look through.
    expect(uncovered.sort()).toEqual(['invitations.device_id', 'invitations.house_id'])
  })
})

/** Whether some index or key of the table begins with these columns. */
function indexed(table: string, columns: string[]): boolean {
  return rows<{ name: string }>('SELECT name FROM pragma_index_list(?)', table).some(({ name }) => {
    const of = rows<{ name: string }>('SELECT name FROM pragma_index_info(?) ORDER BY seqno', name).map((c) => c.name)
    return columns.every((column, position) => of[position] === column)
  })
}

describe('what the documents ask for', () => {
  it.each([
    ['000-077', 'device_id = ? AND reading_time > ?'],
    ['000-078', 'sensor_type = ? AND reading_time > ?'],
  ])('%s: readings are found through their series', (_id, condition) => {
    const plan = rows<{ detail: string }>(
      `EXPLAIN QUERY PLAN SELECT value FROM sensor_readings WHERE ${condition}`,
      'x',
      1,
    )
    const details = plan.map(({ detail }) => detail).join('\n')
    expect(details).toContain('SEARCH i USING PRIMARY KEY (series_id=? AND reading_time>?)')
    expect(details).not.toContain('SCAN ')
  })

  it.each([
    ['000-079', 'reading_time > 1'],
    ['000-094', 'value > 1 AND reading_time > 1'],
  ])('%s: readings are found by time in each of their few series, without an index of their own', (_id, condition) => {
    const house = openDatabase({ file: ':memory:' })
    migrate(house, { folder: HUB_MIGRATIONS, now: 1 })
    house.pragma('foreign_keys = OFF')
    const numbers = 'WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 5000)'
    house.exec(
      `${numbers} INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) SELECT 'd', n, 'number', 1 FROM n WHERE n <= 20;` +
        `${numbers} INSERT INTO readings (series_id, reading_time, received_at, value) SELECT n % 20 + 1, n, n, n FROM n;` +
        'INSERT INTO reading_index SELECT series_id, reading_time, id FROM readings;' +
        'PRAGMA optimize = 0x10002',
    )
    const plan = house.prepare(`EXPLAIN QUERY PLAN SELECT value FROM sensor_readings WHERE ${condition}`).all()
    expect(JSON.stringify(plan)).toContain('SEARCH i USING PRIMARY KEY (series_id=? AND reading_time>?)')
    house.close()
  })

  it.each(['device_id = ? AND sensor = ?', 'series_id = ?'])(
    'rollups are found through their series: %s',
    (condition) => {
      for (const [step, index] of [
        [300_000, 'ix_reading_rollups_5m'],
        [3_600_000, 'ix_reading_rollups_1h'],
      ] as const) {
        const sql = `EXPLAIN QUERY PLAN SELECT avg FROM reading_rollup_buckets WHERE step = ${step} AND ${condition} AND bucket > 1`
        const plan = rows<{ detail: string }>(sql, ...condition.split(' AND ').map(() => 'x'))
        expect(plan.map(({ detail }) => detail).join('\n')).toContain(`${index} (series_id=? AND bucket>?)`)
      }
    },
  )

  it('000-045: quality is between 0 and 1', () => {
    db.pragma('foreign_keys = OFF')
    const insert = db.prepare(
      'INSERT INTO readings (series_id, reading_time, received_at, value, quality) VALUES (1, 1, 1, 1, ?)',
    )
    for (const quality of [-0.1, 1.1]) expect(() => insert.run(quality)).toThrow(/CHECK/)
    for (const quality of [0, 1, null]) insert.run(quality)
    db.pragma('foreign_keys = ON')
  })

  it('002-052: events outlive what they speak of', () => {
    expect(rows('SELECT * FROM pragma_foreign_key_list(?)', 'events')).toEqual([])
  })
})
