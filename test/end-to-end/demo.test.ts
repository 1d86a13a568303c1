import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { Postgres } from '../../scripts/lib/postgres.ts'
import { type Database, openDatabase } from '../../shared/sqlite/open.ts'
import { query } from '../central/postgres-servers.ts'
import { whyNoSpeech } from './speech-model.ts'

const run = promisify(execFile)
const DEMO = join(import.meta.dirname, '../../scripts/demo')
const HOUSES = ['home', 'cabin']
/** Tables of the last line's `central`; the clips have another name there. */
const TABLES = ['readings', 'reading_series', 'events', 'devices', 'device_entities', 'sessions', 'turns', 'houses']

interface Counts extends Record<string, unknown> {
  readings: number
  heartbeats: number
  central: Record<string, number>
}

const why = await whyNoSpeech()
if (why !== null) console.log(`the demo is not held, because nobody would understand what is said in it: ${why}`)

describe.skipIf(why !== null)('scripts/demo --once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lares-demo-test-'))
  const central = new Postgres({ folder: join(folder, 'central') })
  afterAll(async () => {
    await central.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const inHouse = <T>(house: string, work: (count: (sql: string) => number, db: Database) => T): T => {
    const db = openDatabase({ file: join(folder, house, 'hub.db'), readonly: true })
    try {
      return work((sql) => db.prepare(sql).pluck().get() as number, db)
    } finally {
      db.close()
    }
  }

  it('brings what two houses measured and heard to their disks and to central, and says how much', async () => {
    const { stdout } = await run(DEMO, ['--once', '--data', folder, '--seconds', '240'], { timeout: 280_000 })
    const counts = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Counts
    expect(counts).toMatchObject({
      ok: true,
      devices: 6,
      of_other_makers: 2,
      sites: 2,
      duplicates: 0,
      rejected: 0,
      // A persona and its version in each house.
      managed_rows: 4,
      rows_behind: 0,
      seconds_behind: 0,
      quarantined: 0,
      conversation: { whole: true, answers: 5, handed_over: true, gave_back: true },
    })
    expect(counts.readings).toBeGreaterThan(4)
    expect(counts.switched).toBeGreaterThanOrEqual(1)
    // The front door was opened, and everything is in a backup.
    expect(counts.told).toBeGreaterThanOrEqual(1)
    expect(counts.backups).toBeGreaterThanOrEqual(1)
    expect(counts.heartbeats).toBeGreaterThanOrEqual(3)
    expect(counts).toMatchObject({ readings: counts.central.readings, sessions: counts.central.sessions })

    inHouse('home', (count) => {
      expect(
        count("SELECT count(*) FROM audio_clips WHERE completeness = 'complete' AND duration_ms > 1000"),
      ).toBeGreaterThanOrEqual(1)
      expect(count("SELECT count(*) FROM devices WHERE device_type IN ('raspberry_pi', 'smart_speaker')")).toBe(3)
      // One conversation in two rooms, and an emergency on both speakers.
      expect(
        count(
          "SELECT count(*) FROM sessions WHERE persona_id = 'companion' AND json_extract(handoff_history, '$[0].committed_at') IS NOT NULL",
        ),
      ).toBe(1)
      expect(count("SELECT count(*) FROM messages WHERE persona_id = 'emergency' AND content LIKE '%smoke%'")).toBe(2)
    })
    inHouse('home', (count) => {
      // A button on the agent's pin switched the lamp, by a program with rights of its own.
      expect(
        count(
          "SELECT count(*) FROM events WHERE event_type = 'button_pressed' AND json_extract(event_data, '$.button') = 'lamp'",
        ),
      ).toBeGreaterThanOrEqual(1)
      expect(count("SELECT count(*) FROM devices WHERE integration_type = 'zigbee2mqtt'")).toBe(2)
    })
    for (const house of HOUSES) {
      inHouse(house, (count, db) => {
        expect(count("SELECT count(*) FROM personas WHERE managed_by = 'central' AND name = 'Night watch'")).toBe(1)
        expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      })
    }

    await central.start()
    for (const table of [...TABLES, 'audio_clips']) {
      const rows = await query<{ site: string; rows: number }>(
        central.url(),
        `SELECT s.name AS site, (SELECT count(*)::integer FROM lares."${table}" t WHERE t.site_id = s.site_id) AS rows FROM lares.sites s`,
      )
      expect(rows.map(({ site }) => site).sort()).toEqual([...HOUSES].sort())
      // The hubs went on for a moment after they were asked.
      const said = counts.central[table === 'audio_clips' ? 'clips' : table]
      expect(
        rows.reduce((sum, row) => sum + row.rows, 0),
        table,
      ).toBeGreaterThanOrEqual(said ?? Number.NaN)
      for (const { site, rows: there } of rows)
        expect(there, `${table} of ${site}`).toBeLessThanOrEqual(
          inHouse(site, (count) => count(`SELECT count(*) FROM "${table}"`)),
        )
    }
    // What a reading says there is what the house wrote down.
    const [reading] = await query<{ site: string; id: string; value: number }>(
      central.url(),
      'SELECT s.name AS site, r.id, r.value FROM lares.readings r JOIN lares.sites s USING (site_id) WHERE r.value IS NOT NULL LIMIT 1',
    )
    expect(inHouse(reading?.site ?? '', (count) => count(`SELECT value FROM readings WHERE id = ${reading?.id}`))).toBe(
      reading?.value,
    )
  })

  it('keeps passwords in files that nobody else can read, and out of every log', () => {
    const secrets = HOUSES.map((house) => {
      const file = join(folder, house, 'central.url')
      expect(statSync(file).mode & 0o777).toBe(0o600)
      return new URL(readFileSync(file, 'utf8').trim()).password
    })
    expect(statSync(join(folder, 'central/psql.conf')).mode & 0o777).toBe(0o600)
    for (const log of [...HOUSES, 'pi', 'speaker', 'speaker-2', 'cabin-pi']
      .map((name) => `${name}.log`)
      .concat('central/log')) {
      const said = readFileSync(join(folder, log), 'utf8')
      for (const secret of secrets) expect(said.includes(secret)).toBe(false)
    }
  })
})
