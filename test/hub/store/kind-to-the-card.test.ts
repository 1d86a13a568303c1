import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { newestKey } from '../../../hub/store/append-keys.ts'
import { isCopy } from '../../../hub/store/backup.ts'
import { readIndexedUpto } from '../../../hub/store/indexed-readings.ts'
import { HUB_MIGRATIONS, openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { systemRandom } from '../../../shared/ids.ts'
import { silentLog } from '../../../shared/log.ts'
import { makeDatabase } from '../../../shared/sqlite/make-database.ts'
import { migrate, readMigrations } from '../../../shared/sqlite/migrate.ts'
import { openDatabase } from '../../../shared/sqlite/open.ts'
import { openTestHouse, reading } from '../engine/engine-in-memory.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-former-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ROWS = 30_000

/** A database of the version before, in which a device has `ROWS` readings of four sensors, and the last ten are gone. */
function makeFormer(file: string): void {
  const migrations = join(folder, 'migrations')
  mkdirSync(migrations)
  for (const { name } of readMigrations(HUB_MIGRATIONS))
    if (name < '0023') cpSync(join(HUB_MIGRATIONS, `${name}.sql`), join(migrations, `${name}.sql`))
  makeDatabase(file, { random: systemRandom, shrinks: true })
  const db = openDatabase({ file, shrinks: true })
  migrate(db, { folder: migrations, now: 1 })
  db.exec(`
    INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h', 'Home', 1, 1);
    INSERT INTO devices (id, house_id, name, device_class, integration_type, auth_token_hash, status_since, discovery_method, created_at, updated_at)
      VALUES ('kitchen-pi', 'h', 'Kitchen', 'sensor', 'lares', 'x', 1, 'manual', 1, 1);
    INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES
      ('kitchen-pi', 'a', 'number', 1), ('kitchen-pi', 'b', 'number', 1), ('kitchen-pi', 'c', 'number', 1), ('kitchen-pi', 'd', 'number', 1);
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT ${ROWS + 10})
    INSERT INTO readings (series_id, reading_time, received_at, value) SELECT n % 4 + 1, n, n, n FROM n;
    DELETE FROM readings WHERE id > ${ROWS};
    INSERT INTO device_streams (device_id, epoch, lane, last_seq, updated_at) VALUES ('kitchen-pi', 'e1', 'live', 7, 1);
    INSERT INTO hub_settings (key, value) VALUES ('ledger', '{"received":9,"applied":8,"duplicate":1,"rejected":0}');
  `)
  db.close()
}

it('a database of the layout before keeps every row, key and count, in its own room, and is indexed by the hub that runs', () => {
  const data = join(folder, 'data')
  const file = storeFile(data)
  mkdirSync(data)
  makeFormer(file)
  const size = statSync(file).size
  const store = openStore({ folder: data, now: 2, log: silentLog })
  const { db } = store
  const count = (from: string) => Number(db.prepare(`SELECT count(*) FROM ${from}`).pluck().get())
  expect([count('readings'), count('reading_index'), newestKey(db, 'readings')]).toEqual([ROWS, 0, ROWS + 10])
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(db.prepare("SELECT name FROM sqlite_schema WHERE tbl_name = 'readings' AND type = 'index'").all()).toEqual([])
  // What was copied before is what this migration could lose, and no reading.
  const [copy = ''] = readdirSync(join(data, 'backups')).filter((name) => name.startsWith('before-'))
  expect(copy).toBe('before-0023_kind-to-the-card.db')
  expect(isCopy(join(data, 'backups', copy))).toBe(true)
  expect(statSync(join(data, 'backups', copy)).size).toBeLessThan(size / 2)

  const house = openTestHouse({ db })
  expect(house.engine.ledger).toEqual({ received: 9, applied: 8, duplicate: 1, rejected: 0 })
  expect(
    house.send(['lares/kitchen-pi/readings', reading(7, 1)], ['lares/kitchen-pi/readings', reading(8, 1)]),
  ).toEqual(['duplicate', 'stored'])
  expect(house.all('SELECT max(id) AS id FROM readings')).toEqual([{ id: ROWS + 11 }])
  const asked = () => house.all('SELECT count(*) AS n, sum(value) AS sum FROM series_readings WHERE series_id = 2')
  const before = asked()
  for (let ticks = 0; ticks < 3; ticks++) {
    house.tick(1_000)
    expect(asked()).toEqual(before)
  }
  expect(readIndexedUpto(db)).toBeGreaterThan(ROWS - 12_000)
  db.pragma('wal_checkpoint(TRUNCATE)')
  expect(statSync(file).size).toBeLessThan(size * 1.2)
  store.close()
})
