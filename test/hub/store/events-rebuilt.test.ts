import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { installTriggers } from '../../../hub/store/change-log.ts'
import { declarations } from '../../../hub/store/declarations.ts'
import { HUB_MIGRATIONS } from '../../../hub/store/open-store.ts'
import { migrate, readMigrations } from '../../../shared/sqlite/migrate.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'

const REBUILD = '0015_events-updated-at'
const before = mkdtempSync(join(tmpdir(), 'lares-migrations-'))
for (const { name } of readMigrations(HUB_MIGRATIONS))
  if (name < REBUILD) cpSync(join(HUB_MIGRATIONS, `${name}.sql`), join(before, `${name}.sql`))
afterAll(() => rmSync(before, { recursive: true }))

const ADD =
  "INSERT INTO events (event_type, category, title, description, source, timestamp, created_at, updated_at) VALUES ('t', 'c', 't', 't', 'system', 1, 1, 1)"

/** A database of the version before, with the triggers of then: one event of the audit, others, and the last one gone. */
function formerHouse(): Database {
  const db = openDatabase({ file: ':memory:' })
  migrate(db, { folder: before, now: 1 })
  installTriggers(
    db,
    declarations()
      .filter(({ name }) => name === 'events')
      .map((one) => ({ ...one, columns: new Map([...one.columns].filter(([column]) => column !== 'updated_at')) })),
  )
  db.exec("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h2', 'Lake', 2, 2), ('h1', 'Home', 1, 1)")
  const add = db.prepare(
    "INSERT INTO events (house_id, event_type, category, title, description, source, timestamp, created_at) VALUES (?, 't', ?, 't', ?, 'system', 3, ?)",
  )
  add.run(null, 'audit', 'by the hub', 5)
  add.run('h2', 'device', 'at the lake', 6)
  add.run('h1', 'device', 'gone', 7)
  db.exec('DELETE FROM events WHERE id = 3; UPDATE events SET processed = 1 WHERE id = 2')
  return db
}

describe('the migration that says when an event was marked', () => {
  it('keeps every row, and keys that were given out are not given out again', () => {
    const db = formerHouse()
    const was = db.prepare('SELECT * FROM events').all() as object[]
    migrate(db, { folder: HUB_MIGRATIONS, now: 2 })
    expect(db.prepare('SELECT * FROM events').all()).toEqual(
      was.map((row) => ({ ...row, updated_at: (row as { created_at: number }).created_at })),
    )
    expect(db.prepare(ADD).run().lastInsertRowid).toBe(4)
    expect(db.prepare("SELECT name FROM sqlite_sequence WHERE name GLOB 'events*'").pluck().all()).toEqual(['events'])
    db.close()
  })

  it('keeps what waits to be sent, and the audit as it is, once the triggers are back', () => {
    const db = formerHouse()
    migrate(db, { folder: HUB_MIGRATIONS, now: 2 })
    installTriggers(db, declarations())
    expect(db.prepare("SELECT row_key FROM sync_changes WHERE table_name = 'events'").pluck().all()).toEqual(['2'])
    expect(() => db.exec('UPDATE events SET updated_at = 9 WHERE id = 1')).toThrow('neither changed nor removed')
    db.close()
  })

  it('has a database without any event begin at the first key', () => {
    const db = openDatabase({ file: ':memory:' })
    migrate(db, { folder: HUB_MIGRATIONS, now: 2 })
    expect(db.prepare(ADD).run().lastInsertRowid).toBe(1)
    db.close()
  })

  it("shows a hub's own events with its first house to those who know them by house", () => {
    const db = formerHouse()
    migrate(db, { folder: HUB_MIGRATIONS, now: 2 })
    expect(db.prepare('SELECT id, house_id, payload FROM events_compat').all()).toEqual([
      { id: 1, house_id: 'h1', payload: '{}' },
      { id: 2, house_id: 'h2', payload: '{}' },
    ])
    db.close()
  })
})
