import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { HUB_MIGRATIONS } from '../../hub/store/open-store.ts'
import { migrate } from '../../shared/sqlite/migrate.ts'
import { type Database, openDatabase } from '../../shared/sqlite/open.ts'
import { builtTables, COLUMNS, deviations, INVENTORY } from './documents-schema.ts'

const DECISION = readFileSync(
  join(import.meta.dirname, '../../docs/decisions/0046-what-differs-from-the-documents.md'),
  'utf8',
)
const KINDS = ['append', 'mutable', 'down', 'local']

function migrated(): Database {
  const db = openDatabase({ file: ':memory:' })
  migrate(db, { folder: HUB_MIGRATIONS, now: 1 })
  return db
}

const db = migrated()
afterAll(() => void db.close())

/** Rows of the first table of the decision behind this text: the names in the first cell, and the other cells. */
function rowsBehind(text: string): { names: string[]; cells: string[] }[] {
  const lines = DECISION.slice(DECISION.indexOf(text)).split('\n')
  const first = lines.findIndex((line) => line.startsWith('|---'))
  const last = lines.findIndex((line, place) => place > first && !line.startsWith('|'))
  return lines.slice(first + 1, last).map((line) => {
    const [names = '', ...cells] = line.split('|').slice(1, -1)
    return {
      names: [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
      cells: cells.map((cell) => cell.trim()),
    }
  })
}

describe("the tables of the house's documents", () => {
  it('have the columns that the inventory names, with a type each', () => {
    const names = Object.entries(COLUMNS).map(([document, tables]) => [
      document,
      Object.fromEntries(Object.entries(tables).map(([table, columns]) => [table, Object.keys(columns).sort()])),
    ])
    const inventory = Object.entries(INVENTORY).map(([document, tables]) => [
      document,
      Object.fromEntries(Object.entries(tables).map(([table, columns]) => [table, [...columns].sort()])),
    ])
    expect(names).toEqual(inventory)
  })

  it('are built as they are written, or differ as the decision says, and in nothing else', () => {
    const written = rowsBehind('## Decision')
    expect(deviations(db).sort()).toEqual(written.flatMap(({ names }) => names).sort())
    for (const { names, cells } of written) expect([names, cells[0]]).toEqual([names, expect.stringMatching(/\w{3}/)])
  })

  it('come with a feature, of a kind, where they are not built', () => {
    const coming = rowsBehind('## What comes')
    const built = builtTables(db)
    const tables = new Set(Object.values(INVENTORY).flatMap((of) => Object.keys(of)))
    expect(coming.flatMap(({ names }) => names).sort()).toEqual([...tables].filter((name) => !built.has(name)).sort())
    for (const { names, cells } of coming)
      expect([names, KINDS.includes(/^\w+/.exec(cells[1] ?? '')?.[0] ?? '')]).toEqual([names, true])
  })
})

describe('what the comparison would find', () => {
  it.each([
    ['a column that is gone', 'ALTER TABLE rooms DROP COLUMN ceiling_height', '000 rooms.ceiling_height absent'],
    ['a column of another name', 'ALTER TABLE people RENAME COLUMN schedule TO plan', '000 people.schedule absent'],
    ['a view that lost a name', 'DROP VIEW devices_compat', '001 devices.is_online absent'],
    ['an index that is gone', 'DROP INDEX ix_rooms_name', '000-062 rooms(name) index'],
    [
      'a key that is unique no longer',
      'DROP INDEX idx_users_email; CREATE INDEX idx_users_email ON users (email)',
      '002-009 users(email) unique',
    ],
    [
      'a column of another type, that may be empty, without its default',
      'ALTER TABLE houses DROP COLUMN timezone; ALTER TABLE houses ADD COLUMN timezone INTEGER',
      [
        '000 houses.timezone type',
        '000 houses.timezone nullable',
        '000 houses.timezone default',
        '001 houses.timezone type',
        '001 houses.timezone default',
      ],
    ],
    [
      'a reference that is gone',
      'DROP TABLE messages; CREATE TABLE messages (id TEXT PRIMARY KEY NOT NULL, session_id TEXT NOT NULL)',
      '002-019 messages.session_id foreign key',
    ],
  ])('is %s', (_what, sql, ...found) => {
    const changed = migrated()
    changed.pragma('foreign_keys = OFF')
    // A column that views show cannot be dropped.
    if (sql.includes('houses DROP')) changed.exec('DROP VIEW houses_compat')
    changed.exec(sql)
    expect(deviations(changed)).toEqual(expect.arrayContaining(found.flat()))
    changed.close()
  })
})
