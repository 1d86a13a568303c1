import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate, readMigrations } from '../../../shared/sqlite/migrate.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'

let folder: string
let db: Database

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-migrate-'))
  db = openDatabase({ file: ':memory:' })
  write('0000_first', 'CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT; INSERT INTO a VALUES (1);')
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

const write = (name: string, sql: string) => writeFileSync(join(folder, `${name}.sql`), sql)
const run = (more: Partial<Parameters<typeof migrate>[1]> = {}) => migrate(db, { folder, now: 5, ...more })
const tables = () => db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all()

describe('migrating', () => {
  it('runs what is new, in order, and running it twice changes nothing', () => {
    write('0002_third', 'INSERT INTO a VALUES (3);')
    write('0001_second', 'INSERT INTO a VALUES (2);')
    writeFileSync(join(folder, 'notes.txt'), 'not a migration')
    writeFileSync(join(folder, 'draft.sql'), 'not one either')
    expect(readMigrations(folder).map(({ name }) => name)).toEqual(['0000_first', '0001_second', '0002_third'])
    expect(run().applied).toEqual(['0000_first', '0001_second', '0002_third'])
    expect(run().applied).toEqual([])
    expect(db.prepare('SELECT id FROM a').pluck().all()).toEqual([1, 2, 3])
    expect(db.prepare('SELECT name, applied_at FROM schema_migrations').all()).toHaveLength(3)
  })

  it('refuses a database that a newer version wrote', () => {
    write('0001_second', 'CREATE TABLE b (id INTEGER) STRICT;')
    run()
    rmSync(join(folder, '0001_second.sql'))
    expect(run).toThrow(expect.objectContaining({ code: 'newer_schema' }))
  })

  it('refuses a migration that was changed after it ran', () => {
    run()
    write('0000_first', 'CREATE TABLE other (id INTEGER) STRICT;')
    write('0001_second', 'CREATE TABLE b (id INTEGER) STRICT;')
    expect(run).toThrow(/was changed after it ran/)
    expect(tables()).not.toContain('b')
  })

  it('leaves nothing of a migration that fails half-way, and keeps those before it', () => {
    write('0001_second', 'CREATE TABLE b (id INTEGER) STRICT;')
    write('0002_third', 'CREATE TABLE c (id INTEGER) STRICT; INSERT INTO a VALUES (9); CREATE TABLE a (x);')
    expect(run).toThrow(/already exists/)
    expect(tables()).toEqual(['a', 'b', 'schema_migrations'])
    expect(db.prepare('SELECT id FROM a').pluck().all()).toEqual([1])
    write('0002_third', 'CREATE TABLE c (id INTEGER) STRICT;')
    expect(run().applied).toEqual(['0002_third'])
  })

  it('refuses a migration that leaves children without their parents', () => {
    write(
      '0001_second',
      'CREATE TABLE child (a INTEGER REFERENCES a(id) DEFERRABLE INITIALLY DEFERRED) STRICT; INSERT INTO child VALUES (77);',
    )
    expect(run).toThrow()
    expect(tables()).not.toContain('child')
  })

  it('calls before it touches a database that has something in it, and not for a new one', () => {
    const calls: string[][] = []
    const before = (pending: string[]) => void calls.push(pending)
    run({ before })
    run({ before })
    write('0001_second', 'CREATE TABLE b (id INTEGER) STRICT;')
    write('0002_third', 'CREATE TABLE c (id INTEGER) STRICT;')
    run({ before })
    expect(calls).toEqual([['0001_second', '0002_third']])
  })

  it('stops when the copy before it could not be made', () => {
    run()
    write('0001_second', 'CREATE TABLE b (id INTEGER) STRICT;')
    const before = () => {
      throw new Error('no space')
    }
    expect(() => run({ before })).toThrow('no space')
    expect(tables()).not.toContain('b')
  })
})
