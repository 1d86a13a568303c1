import { getTableConfig, SQLiteSyncDialect, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { from as copyFrom } from 'pg-copy-streams'
import { afterAll, describe, expect, it } from 'vitest'
import { catalogueTable } from '../../central/catalogue.ts'
import { compareCatalogue } from '../../central/compare.ts'
import { addColumn, createTable } from '../../central/ddl.ts'
import { readLiveCatalogue } from '../../central/live-catalogue.ts'
import { sqliteValue } from '../../hub/features/sync/sqlite-value.ts'
import { centralTable } from '../../hub/store/central-tables.ts'
import { decimal, stamps, textId } from '../../hub/store/columns.ts'
import { decimalCheck } from '../../hub/store/decimal-check.ts'
import { syncedTable } from '../../hub/store/synced-table.ts'
import { rowEncoder } from '../../hub/sync/encode.ts'
import { decimalText } from '../../shared/decimal.ts'
import { openDatabase } from '../../shared/sqlite/open.ts'
import { connected, query, useCentral, VERSIONS } from './postgres-servers.ts'

/** A table as a feature to come will declare it: nothing that is built has decimals. */
const scores = syncedTable('scores', 'mutable', {
  id: textId(),
  score: decimal(5, 2),
  threshold: decimal(5, 2).notNull().default('0.80'),
  sum: decimal(15, 4),
  ...stamps(),
})
const SHAPE = centralTable(scores, new Map())
const SUM = { precision: 15, scale: 4 }
const columnOf = (name: string) => {
  const column = SHAPE.columns.find((one) => one.name === name)
  if (column === undefined) throw new Error(`there is no column ${name}`)
  return column
}

const db = openDatabase({ file: ':memory:' })
db.exec(createTableSql(scores))
afterAll(() => void db.close())

/** As the migration kit writes it. */
function createTableSql(table: SQLiteTable): string {
  const { name, columns, checks } = getTableConfig(table)
  const dialect = new SQLiteSyncDialect()
  const lines = [
    ...columns.map(
      (column) =>
        `"${column.name}" ${column.getSQLType()}${column.primary ? ' PRIMARY KEY' : ''}${column.notNull ? ' NOT NULL' : ''}` +
        (column.default === undefined ? '' : ` DEFAULT '${String(column.default)}'`),
    ),
    ...checks.map((check) => `CONSTRAINT "${check.name}" CHECK (${dialect.sqlToQuery(check.value).sql})`),
  ]
  return `CREATE TABLE "${name}" (${lines.join(', ')}) STRICT`
}

const insert = db.prepare(
  'INSERT OR REPLACE INTO scores (id, score, sum, created_at, updated_at) VALUES (?, ?, ?, 1, 1)',
)

/** Every decimal that is at an edge, and as many others. */
function sums(): string[] {
  const edges = [
    '0',
    '-0.0001',
    '0.0001',
    '99999999999.9999',
    '-99999999999.9999',
    '12345678901.2345',
    '0.3',
    '2.675',
    '1.005',
  ]
  const others = Array.from(
    { length: 400 },
    (_, n) =>
      `${n % 2 ? '-' : ''}${(n * 7_919_777_773) % 99_999_999_999}.${String((n * 7907) % 10_000).padStart(4, '0')}`,
  )
  return [...edges, ...others].map((text) => decimalText(text, SUM) ?? '')
}

describe('a decimal in SQLite', () => {
  it('is kept as it was written, to the last digit', () => {
    for (const [n, sum] of sums().entries()) insert.run(`s-${n}`, null, sum)
    expect(db.prepare('SELECT sum FROM scores').pluck().all()).toEqual(sums())
    db.exec('DELETE FROM scores')
  })

  it.each([
    'NaN',
    'Infinity',
    '-Infinity',
    '1',
    '1.5',
    '01.50',
    '1.500',
    ' 1.50',
    '1.50 ',
    '+1.50',
    '-0.00',
    '1e2',
    '1000.00',
    '-1000.00',
    '1.50\n',
    '1.50\u0000',
    '',
    'x',
    '0x1p1',
    '1,50',
  ])('is refused as %j, whoever writes it', (hostile) => {
    expect(() => insert.run('h', hostile, null)).toThrow(/CHECK constraint failed: decimal_scores_score/)
  })

  it('may be absent, and has the default that is declared', () => {
    insert.run('n', null, null)
    expect(db.prepare("SELECT score, threshold FROM scores WHERE id = 'n'").get()).toEqual({
      score: null,
      threshold: '0.80',
    })
    db.exec('DELETE FROM scores')
  })

  it('comes from central as a number or as text, and in one way of writing', () => {
    for (const said of [0.8, '0.8', '0.80', '00.800']) expect(sqliteValue(columnOf('score'), said)).toBe('0.80')
    expect(sqliteValue(columnOf('score'), null)).toBeNull()
    for (const hostile of ['NaN', 1000, 0.801, '1e0', true, [], {}])
      expect(() => sqliteValue(columnOf('score'), hostile)).toThrow('score is no decimal')
  })

  it.each([
    [decimalCheck('v', { precision: 3, scale: 0 }), ['0', '-1', '999'], ['1000', '1.0', '00', '-0', '-', '']],
    [decimalCheck('v', { precision: 2, scale: 2 }), ['0.00', '-0.99'], ['1.00', '.50', '0.5', '0.500', '-0.00']],
  ])('is checked also where it has no digits on one side of the point: %#', (check, good, bad) => {
    const fits = (value: string) => db.prepare(`SELECT ${check} FROM (SELECT ? AS v)`).pluck().get(value)
    expect(good.filter((value) => fits(value) !== 1)).toEqual([])
    expect(bad.filter((value) => fits(value) !== 0)).toEqual([])
  })
})

describe.each(VERSIONS)('a decimal at central on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  const wanted = catalogueTable(SHAPE)

  async function withScores(): Promise<string> {
    const admin = await central.migrated()
    await connected(admin, async (client) => {
      await client.query('SET ROLE lares_owner')
      for (const statement of createTable(wanted)) await client.query(statement)
    })
    return admin
  }

  it('is a numeric of as many digits, of which the check of SQLite is no part', async () => {
    const admin = await withScores()
    expect(wanted.columns.find(({ name }) => name === 'sum')?.type).toBe('numeric(15,4)')
    expect(wanted.checks).toEqual([])
    await connected(admin, async (client) => {
      const live = (await readLiveCatalogue(client)).filter(({ name }) => name === 'scores')
      expect(live).toHaveLength(1)
      expect(compareCatalogue([wanted], live)).toEqual([])
    })
  })

  it('is what the house has, digit for digit', async () => {
    const admin = await withScores()
    for (const [n, sum] of sums().entries()) insert.run(`s-${String(n).padStart(3, '0')}`, '0.80', sum)
    const encoder = rowEncoder(SHAPE, {
      layout: new Map([['scores', new Set(SHAPE.columns.map(({ name }) => name))]]),
      through: 'cursor',
      epochOf: () => 1,
    })
    const rows = db
      .prepare(`SELECT ${encoder.select.join(', ')} FROM scores ORDER BY id`)
      .raw()
      .all() as unknown[][]
    const stage = encoder.stage.map(({ name, type }) => `"${name}" ${type}`).join(', ')
    const there = await connected(admin, async (client) => {
      await client.query(`CREATE TEMPORARY TABLE stage (${stage})`)
      const copy = client.query(copyFrom('COPY stage FROM STDIN'))
      for (const row of rows) copy.write(encoder.line(row, { epoch: 1, seq: 0 }))
      await new Promise<void>((resolve, reject) => copy.on('finish', resolve).on('error', reject).end())
      return (await client.query<{ sum: string }>('SELECT sum::text FROM stage ORDER BY id COLLATE "C"')).rows
    })
    expect(there.map(({ sum }) => sum)).toEqual(sums())
    db.exec('DELETE FROM scores')
  })

  it('moves out of what a newer hub sent beside the columns', async () => {
    const admin = await withScores()
    await query(admin, 'ALTER TABLE lares.scores DROP COLUMN sum')
    const said = { sum: '12345678901.2345' }
    const site = '00000000-0000-4000-8000-000000000001'
    for (const [id, extra] of [
      ['fits', said],
      ['unfit', { sum: 'many' }],
    ] as const)
      await query(
        admin,
        'INSERT INTO lares.scores (site_id, id, sync_epoch, sync_seq, extra) VALUES ($1, $2, 1, 1, $3)',
        [site, id, JSON.stringify(extra)],
      )
    const column = wanted.columns.find(({ name }) => name === 'sum')
    for (const statement of column ? addColumn('scores', column) : []) await query(admin, statement)
    expect(await query(admin, 'SELECT id, sum::text, extra FROM lares.scores ORDER BY id')).toEqual([
      { id: 'fits', ...said, extra: null },
      { id: 'unfit', sum: null, extra: { sum: 'many' } },
    ])
  })
})
