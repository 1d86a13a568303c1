import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HUB_MIGRATIONS } from '../../../hub/store/open-store.ts'
import { migrate, readMigrations } from '../../../shared/sqlite/migrate.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-migration-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A database as the program before entities had keys left it, with these rows of one device. */
function databaseWith(rows: { unique: string | null; state: string | null; attributes: string }[]): Database {
  for (const { name } of readMigrations(HUB_MIGRATIONS).filter(({ name: of }) => of < '0010'))
    copyFileSync(join(HUB_MIGRATIONS, `${name}.sql`), join(folder, `${name}.sql`))
  const db = openDatabase({ file: ':memory:' })
  migrate(db, { folder, now: 1 })
  db.exec(
    "INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h', 'Home', 1, 1); " +
      'INSERT INTO devices (id, house_id, name, device_class, integration_type, status_since, discovery_method, created_at, updated_at) ' +
      "VALUES ('pi-1', 'h', 'Pi', 'computer', 'lares', 1, 'manual', 1, 1)",
  )
  const add = db.prepare(
    'INSERT INTO device_entities (id, device_id, entity_id, unique_id, name, entity_type, state, attributes, created_at, updated_at) ' +
      "VALUES (?, 'pi-1', ?, ?, 'E', 'sensor', ?, ?, 1, 1)",
  )
  for (const [at, { unique, state, attributes }] of rows.entries())
    add.run(`e${at}`, `sensor.e${at}`, unique, state, attributes)
  return db
}

const COLUMNS = 'source, key, sensor_type, state, attributes, latest'

describe('a database from before entities had keys', () => {
  it('keeps what its sensors are called, what they measure, and their newest values', () => {
    const latest = { unit: '°C', at: 5, quality: 1, time_quality: 'good' }
    const db = databaseWith([
      {
        unique: 'pi-1_cpu_temperature',
        state: '51.2',
        attributes: JSON.stringify({ kind: 'temperature', latest, mine: 1 }),
      },
      { unique: 'pi-1_never_read', state: null, attributes: '{"kind":"humidity"}' },
    ])
    migrate(db, { folder: HUB_MIGRATIONS, now: 2 })
    expect(db.prepare(`SELECT ${COLUMNS} FROM device_entities ORDER BY id`).all()).toEqual([
      {
        ...{ source: 'lares', key: 'cpu_temperature', sensor_type: 'temperature', state: '51.2' },
        ...{ attributes: '{"mine":1}', latest: JSON.stringify({ ...latest, value: 51.2 }) },
      },
      {
        ...{ source: 'lares', key: 'never_read', sensor_type: 'humidity', state: null },
        ...{ attributes: '{}', latest: null },
      },
    ])
  })

  it('gives a key to what another program wrote, whatever that is', () => {
    const odd = [null, '', '00:17:88:01/light', 'pi-1_', 'pi-1_Große Lampe', `pi-1_${'x'.repeat(41)}`]
    const db = databaseWith(
      odd.map((unique, at) => ({ unique, state: 'on', attributes: ['x{', '7', '[]', '{}'][at % 4] ?? '' })),
    )
    migrate(db, { folder: HUB_MIGRATIONS, now: 2 })
    const rows = db.prepare(`SELECT ${COLUMNS} FROM device_entities`).all() as { key: string; attributes: string }[]
    expect(new Set(rows.map(({ key }) => key)).size).toBe(odd.length)
    for (const row of rows)
      expect(row).toMatchObject({ attributes: '{}', latest: null, key: expect.stringMatching(/^entity_[0-9a-f]{16}$/) })
  })
})
