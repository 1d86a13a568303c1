import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openHouse } from '../../../hub/core/open-house.ts'
import { GROWING_TABLES } from '../../../hub/store/check.ts'
import { silentLog } from '../../../shared/log.ts'
import type { Database } from '../../../shared/sqlite/open.ts'

/** Every statement that SQLite runs while a test lets it, with its values. */
const trace = vi.hoisted(() => ({ statements: null as string[] | null }))

vi.mock('better-sqlite3', async (original) => {
  const { default: Real } = await original<{ default: new (file: string, options?: object) => Database }>()
  class Traced extends Real {
    constructor(file: string, options: object = {}) {
      super(file, { ...options, verbose: (sql: string) => trace.statements?.push(sql) })
    }
  }
  return { default: Object.assign(Traced, { SqliteError: (Real as unknown as { SqliteError: unknown }).SqliteError }) }
})

const NOW = Date.UTC(2026, 0, 1)

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-scans-'))
})
afterEach(() => {
  trace.statements = null
  rmSync(folder, { recursive: true, force: true })
})

const settings = () => ({
  folder,
  base: 'lares',
  version: 'test',
  central: true,
  logLevel: 'silent',
  sections: {},
  keys: join(folder, 'keys'),
  receipt: { now: NOW, clockSynced: true },
})

/** A house that has lived: one row or more in each table that a start might look through. */
function makeHouse({ clean }: { clean: boolean }): void {
  const { store, engine } = openHouse(settings(), silentLog)
  store.db.exec(`
    INSERT INTO devices (id, house_id, name, device_class, integration_type, auth_token_hash, status, status_since, discovery_method, created_at, updated_at)
      SELECT 'd', id, 'Device', 'sensor', 'lares', 'hash', 'online', 1, 'manual', 1, 1 FROM houses;
    INSERT INTO device_entities (id, device_id, entity_id, unique_id, key, name, entity_type, sensor_type, state, latest, created_at, updated_at)
      VALUES ('e', 'd', 'sensor.d_s', 'd_s', 's', 'S', 'sensor', 'number', '20', '{"value":20,"unit":"","at":1,"quality":1,"time_quality":"good"}', 1, 1);
    INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('d', 's', 'number', 1);
    INSERT INTO readings (series_id, reading_time, received_at, value) VALUES (1, 1, 1, 1), (1, 2, 2, 2);
    INSERT INTO reading_rollups (series_id, step, bucket, min, max, sum, count, created_at) VALUES (1, 3600000, 0, 1, 2, 3, 2, 1);
    INSERT INTO sessions (id, device_id, persona_id, persona_version, created_at, updated_at) VALUES ('x', 'd', 'companion', '1.0.0', 1, 1);
    INSERT INTO turns (id, session_id, device_id, phase, started_at, created_at, updated_at) VALUES ('d/t', 'x', 'd', 'open', 1, 1, 1);
    INSERT INTO messages (id, session_id, role, content, created_at, updated_at) VALUES ('m', 'x', 'user', 'Hello', 1, 1);
  `)
  if (!clean) {
    store.db.close()
    return
  }
  engine.stop({ now: NOW, clockSynced: true })
  store.close()
}

/** What SQLite does at a start of this house. */
function statementsOfStart(house: { clean: boolean }): string[] {
  makeHouse(house)
  trace.statements = []
  const { store } = openHouse(settings(), silentLog)
  const statements = trace.statements
  trace.statements = null
  const full = scansIn(store.db, statements)
  store.close()
  expect(statements.length).toBeGreaterThan(50)
  return full
}

/** Those of the statements that read all of a table that grows, each with what reads it. */
function scansIn(db: Database, statements: string[]): string[] {
  // Of a trigger only its name is told.
  const own = statements.filter((sql) => !sql.startsWith('--'))
  const planned = own.filter((sql) => /^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(sql))
  return [
    ...planned.flatMap((sql) => scansOf(db, sql)),
    ...own.filter((sql) => /\b(?:quick_check|integrity_check|foreign_key_check)\b/.test(sql)).filter(checksMuch),
    ...own.filter((sql) => /^\s*(?:VACUUM|REINDEX|ANALYZE|CREATE (?:UNIQUE )?INDEX)\b/i.test(sql)),
  ]
}

function scansOf(db: Database, sql: string): string[] {
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]
  // A plan calls tables by their aliases, also those within views.
  const views = db.prepare("SELECT group_concat(sql, ' ') FROM sqlite_schema WHERE type = 'view'").pluck().get()
  const aliases = `${sql} ${views}`.matchAll(/\b(?:FROM|JOIN)\s+["`]?(\w+)["`]?\s+(?:AS\s+)?["`]?(\w+)/gi)
  const names = new Map([...aliases].map(([, table, alias]) => [alias, table]))
  return plan.flatMap(({ detail }) => {
    // The way to a minimum or maximum it calls a search, also where nothing bounds it.
    const name = /^(?:SCAN (\w+)|SEARCH (\w+)[^(]*$)/.exec(detail)?.slice(1).find(Boolean)
    const table = name === undefined ? undefined : (names.get(name) ?? name)
    if (table === undefined || !GROWING_TABLES.has(table)) return []
    const newest = detail.startsWith('SEARCH') && sql.includes(`max(id) FROM ${table}`)
    return newest ? [] : [`${detail}: ${sql}`]
  })
}

/** Whether a check reads more than one table that stays small. */
function checksMuch(sql: string): boolean {
  const of = /_check\('(\w+)'\)/.exec(sql)?.[1]
  return of === undefined || GROWING_TABLES.has(of)
}

describe('a start', () => {
  it.each([{ clean: true }, { clean: false }])(
    'reads no table whole that grows with the years, clean end: $clean',
    (house) => {
      expect(statementsOfStart(house)).toEqual([])
    },
  )
})

describe('the search for scans', () => {
  it.each([
    'SELECT count(*) FROM readings',
    'SELECT max(bucket) FROM reading_rollups r WHERE step = 300000',
    'SELECT max(received_at) FROM readings',
    "UPDATE turns SET phase = 'ended' WHERE ended_at IS NULL",
    "DELETE FROM events WHERE title = ''",
    'SELECT * FROM devices WHERE id IN (SELECT device_id FROM sessions WHERE epoch > 1)',
    'SELECT * FROM sensor_readings ORDER BY value',
    'PRAGMA quick_check(1)',
    "PRAGMA quick_check('messages')",
    'PRAGMA foreign_key_check',
  ])('finds %s', (sql) => {
    const { store } = openHouse(settings(), silentLog)
    expect(scansIn(store.db, [sql])).not.toEqual([])
    store.close()
  })

  it.each([
    'SELECT max(id) FROM readings',
    "SELECT id FROM turns WHERE phase = 'open'",
    'SELECT * FROM devices',
    "PRAGMA quick_check('devices')",
  ])('lets %s pass', (sql) => {
    const { store } = openHouse(settings(), silentLog)
    expect(scansIn(store.db, [sql])).toEqual([])
    store.close()
  })
})
