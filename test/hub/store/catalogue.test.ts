import { is, SQL } from 'drizzle-orm'
import { getTableConfig, SQLiteSyncDialect, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { afterAll, describe, expect, it } from 'vitest'
import * as schema from '../../../drizzle/sqlite/schema.ts'
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
    const views = ['sensor_readings', 'reading_rollup_buckets', 'devices_compat', 'events_compat', 'houses_compat']
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

  it('gives AUTOINCREMENT to every integer key, so that a purged key is never handed out again', () => {
    const plain = configs
      .filter((config) => config.columns.some((column) => column.primary && column.getSQLType() === 'integer'))
      .map(({ name }) => name)
      .filter(
        (name) =>
          !/AUTOINCREMENT/.test(String(db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(name))),
      )
    expect(plain).toEqual([])
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

/** What the documents ask for, by the numbers of the checklist. */
const INDEXES: [id: string, table: string, ...columns: string[]][] = [
  ['000-027', 'device_entities', 'entity_id'],
  ['000-060', 'houses', 'name'],
  ['000-061', 'rooms', 'house_id', 'room_type'],
  ['000-062', 'rooms', 'name'],
  ['000-063', 'devices', 'house_id', 'integration_type'],
  ['000-064', 'devices', 'status'],
  ['000-065', 'devices', 'device_class'],
  ['000-066', 'devices', 'discovery_method'],
  ['000-067', 'device_entities', 'entity_type'],
  ['000-068', 'device_entities', 'device_id'],
  ['000-069', 'people', 'house_id', 'role'],
  ['000-070', 'people', 'name'],
  ['000-080', 'events', 'event_type', 'category'],
  ['000-081', 'events', 'severity'],
  ['000-082', 'events', 'created_at'],
  ['000-083', 'events', 'processed'],
  ['000-095', 'events', 'severity', 'created_at'],
  ['001-014', 'device_entities', 'unique_id'],
  ['002-009', 'users', 'email'],
  ['002-020', 'users', 'email'],
  ['002-021', 'devices', 'status'],
  ['002-022', 'devices', 'group_id'],
  ['002-023', 'devices', 'owner_id'],
  ['002-024', 'sessions', 'device_id'],
  ['002-025', 'sessions', 'state'],
  ['002-026', 'sessions', 'device_id', 'state'],
  ['002-027', 'messages', 'session_id'],
  ['002-028', 'messages', 'created_at'],
  ['002-029', 'events', 'event_type'],
  ['002-030', 'events', 'device_id'],
  ['002-031', 'events', 'created_at'],
  ['002-032', 'events', 'event_type', 'created_at'],
  ['002-033', 'events', 'device_id', 'created_at'],
]

const UNIQUE = new Set(['000-027', '001-014', '002-009'])

const FOREIGN_KEYS: [id: string, from: string, to: string][] = [
  ['000-021', 'rooms.house_id', 'houses'],
  ['000-022', 'devices.house_id', 'houses'],
  ['000-023', 'devices.room_id', 'rooms'],
  ['000-024', 'devices.hub_id', 'devices'],
  ['000-026', 'device_entities.device_id', 'devices'],
  ['000-028', 'people.house_id', 'houses'],
  ['001-010', 'devices.house_id', 'houses'],
  ['001-011', 'devices.hub_id', 'devices'],
  ['001-012', 'devices.credentials_id', 'device_credentials'],
  ['001-013', 'device_entities.device_id', 'devices'],
  ['002-010', 'devices.group_id', 'device_groups'],
  ['002-011', 'devices.owner_id', 'users'],
  ['002-012', 'devices.active_persona_id', 'personas'],
  ['002-013', 'device_groups.owner_id', 'users'],
  ['002-014', 'persona_versions.persona_id', 'personas'],
  ['002-015', 'persona_versions.created_by', 'users'],
  ['002-016', 'sessions.device_id', 'devices'],
  ['002-017', 'sessions.persona_id', 'personas'],
  ['002-018', 'sessions.user_id', 'users'],
  ['002-019', 'messages.session_id', 'sessions'],
]

/** Columns by document, under the names that were decided where two documents disagree. */
const COLUMNS: [id: string, table: string, columns: string][] = [
  [
    '000-005',
    'houses',
    'id name address square_footage num_rooms num_floors timezone preferences capabilities created_at updated_at',
  ],
  [
    '001-001',
    'houses',
    'id name location timezone preferences setup_completed last_interview_date created_at updated_at',
  ],
  [
    '000-006',
    'rooms',
    'id house_id name room_type floor square_footage ceiling_height windows doors preferred_temperature preferred_humidity lighting_preferences created_at updated_at',
  ],
  [
    '000-007',
    'devices',
    'id house_id room_id name user_description location detected_brand detected_model integration_type device_class connection_method requires_hub hub_id supported_features capabilities requires_auth auth_method status last_seen discovery_method discovery_confidence created_at updated_at',
  ],
  [
    '001-002',
    'devices',
    'id house_id name user_description location detected_brand detected_model integration_type device_class connection_method requires_hub hub_id api_endpoint supported_features capabilities credentials_id config_data discovery_method created_at updated_at',
  ],
  [
    '002-002',
    'devices',
    'id name device_type status location group_id capabilities auth_token_hash owner_id active_persona_id active_session_id last_heartbeat created_at updated_at',
  ],
  [
    '000-008',
    'device_entities',
    'id device_id entity_id unique_id name entity_type device_class state attributes unit_of_measurement icon is_enabled created_at updated_at',
  ],
  ['001-003', 'device_entities', 'is_visible'],
  ['000-009', 'people', 'id house_id name role preferences schedule is_present last_seen created_at updated_at'],
  [
    '000-013',
    'sensor_readings',
    'id device_id sensor_type value unit quality reading_time metadata created_at updated_at',
  ],
  [
    '000-014',
    'events',
    'id event_type category severity title description source event_data context processed processed_at created_at',
  ],
  ['001-008', 'events', 'house_id device_id entity_id old_state new_state state_attributes processing_error timestamp'],
  ['002-008', 'events', 'user_id session_id'],
  [
    '001-004',
    'device_credentials',
    'id credential_type encrypted_data access_token_encrypted refresh_token_encrypted token_expires_at created_at updated_at',
  ],
  ['002-001', 'users', 'id email hashed_password full_name role is_active created_at updated_at'],
  ['002-003', 'device_groups', 'id name description settings owner_id created_at updated_at'],
  [
    '002-004',
    'personas',
    'id name description current_version adaptation_mode voice_config behavior_config system_prompt tags priority is_active created_at updated_at',
  ],
  ['002-005', 'persona_versions', 'id persona_id version artifacts created_by change_notes created_at'],
  [
    '002-006',
    'sessions',
    'id device_id persona_id user_id state context_snapshot handoff_history metadata created_at updated_at expires_at ended_at',
  ],
  ['002-007', 'messages', 'id session_id role content audio_url persona_id response_latency_ms tokens_used created_at'],
]

describe('what the documents ask for', () => {
  it.each(INDEXES)('%s: an index on %s', (id, table, ...columns) => {
    expect(indexed(table, columns)).toBe(true)
    if (!UNIQUE.has(id)) return
    const unique = rows<{ name: string }>('SELECT name FROM pragma_index_list(?) WHERE "unique" = 1', table).map(
      ({ name }) => name,
    )
    expect(unique.some((name) => name.includes(columns[0] ?? '') || name.includes('email'))).toBe(true)
  })

  it.each(FOREIGN_KEYS)('%s: %s refers to %s', (_id, from, to) => {
    const [table = '', column] = from.split('.')
    const keys = rows<{ from: string; table: string }>('SELECT * FROM pragma_foreign_key_list(?)', table)
    expect(keys).toContainEqual(expect.objectContaining({ from: column, table: to }))
  })

  it.each(COLUMNS)('%s: the columns of %s', (_id, table, columns) => {
    const live = new Set(
      rows<{ name: string }>('SELECT name FROM pragma_table_xinfo(?)', table).map(({ name }) => name),
    )
    expect(columns.split(' ').filter((column) => !live.has(column))).toEqual([])
  })

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
    expect(details).toContain('ix_readings_series_time (series_id=? AND reading_time>?)')
    expect(details).not.toContain('SCAN')
  })

  it.each(['device_id = ? AND sensor = ? AND bucket > ?', 'series_id = ? AND step = ? AND bucket > ?'])(
    'rollups are found through their series: %s',
    (condition) => {
      const plan = rows<{ detail: string }>(
        `EXPLAIN QUERY PLAN SELECT avg FROM reading_rollup_buckets WHERE step = 300000 AND ${condition}`,
        'x',
        1,
        1,
      )
      const details = plan.map(({ detail }) => detail).join('\n')
      expect(details).toContain('ix_reading_rollups_bucket (series_id=? AND step=? AND bucket>?)')
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
