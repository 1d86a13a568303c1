import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readIndexedUpto } from '../../../hub/store/indexed-readings.ts'
import { verify } from '../../../hub/sync/verify.ts'
import { useCentral } from '../../central/postgres-servers.ts'
import { mentions } from '../features/erasures/lived-in.ts'
import { DAY, HOUR } from '../features/retention/retention-house.ts'
import { addSite, rows } from './house-with-central.ts'
import { mentionsThere } from './mentions-there.ts'
import { ERASED, KEPT_DAYS, YearOfAHouse } from './year-of-a-house.ts'

/** Of one series: as many as go in one step, and what came together since. */
const LEFT_ENTRIES = 2 * 2_048
const DAYS = 365

describe('a year of a house', () => {
  const central = useCentral('18')
  let folder = ''
  let year: YearOfAHouse
  let admin = ''
  let site = ''
  let url = ''

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lares-year-'))
    admin = await central.migrated()
    ;({ url, site } = await addSite(admin, 'home'))
    year = new YearOfAHouse(url, join(folder, 'hub.db'))
    await year.live(DAYS)
  }, 600_000)

  afterAll(async () => {
    await year.joined.kill()
    year.house.db.close()
    rmSync(folder, { recursive: true })
  })

  /** What central has of the house's readings, by their values. */
  const atCentral = async () =>
    new Map(
      (
        await rows<{ value: number; at: string; n: string }>(
          admin,
          'SELECT value, min(extract(epoch FROM reading_time) * 1000)::bigint AS at, count(*) AS n FROM lares.readings WHERE site_id = $1 GROUP BY 1',
          [site],
        )
      ).map(({ value, at, n }) => [value, { at: Number(at), times: Number(n) }]),
    )

  it('has every reading that was acknowledged at central, once, and no other', async () => {
    const there = await atCentral()
    const { acknowledged } = year
    expect(acknowledged.length).toBeGreaterThan(DAYS * 144 * 4 - 2_000)
    expect(acknowledged.filter(({ value }) => there.get(value)?.times !== 1)).toEqual([])
    expect(there.size).toBe(acknowledged.length)
    const wrong = acknowledged.filter(({ value, at, clockWasRight }) => clockWasRight && there.get(value)?.at !== at)
    expect(wrong).toEqual([])
  })

  it('has at the hub what is young enough, as central has it, and nothing else', async () => {
    const there = await atCentral()
    const { house, acknowledged } = year
    const here = new Map(
      house
        .all<{ value: number; at: number }>('SELECT value, reading_time AS at FROM sensor_readings')
        .map(({ value, at }) => [value, at]),
    )
    const kept = (kind: string) => (kind === 'count' ? KEPT_DAYS.count : KEPT_DAYS.number) * DAY
    const missing = acknowledged.filter(({ value, kind }) => {
      const at = there.get(value)?.at ?? 0
      return at >= house.now - kept(kind) && here.get(value) !== at
    })
    expect(missing).toEqual([])
    const old = acknowledged.filter(
      ({ value, kind }) => (here.get(value) ?? Number.POSITIVE_INFINITY) < house.now - kept(kind) - HOUR,
    )
    expect(old).toEqual([])
    const all = new Set(acknowledged.map(({ value }) => value))
    expect([...here.keys()].filter((value) => !all.has(value))).toEqual([])
    expect(house.all('SELECT count(*) AS n FROM readings')).toEqual([{ n: here.size }])
  })

  it('has nothing of the erased device, here or there', async () => {
    expect(mentions(year.house, [ERASED])).toEqual([])
    expect(await mentionsThere(admin, [ERASED])).toEqual([])
  })

  it('verifies that hub and central are equal', async () => {
    const { house, joined } = year
    const { ok, differences } = await verify(
      { db: house.db, source: joined.pump.source, streams: joined.pump.state.streams, site, url, version: 'test' },
      { days: DAYS + 10, now: house.now },
    )
    expect(differences.filter(({ found }) => found !== 'more')).toEqual([])
    expect(ok).toBe(true)
  })

  it('has every reading in its hourly rollups once', () => {
    const { house, acknowledged } = year
    expect(house.all('SELECT sum(count) AS n FROM reading_rollups WHERE step = 3600000')).toEqual([
      { n: acknowledged.length },
    ])
  })

  it('has every reading up to its position in the index, and few entries without a reading', () => {
    const { db } = year.house
    const upto = readIndexedUpto(db)
    const count = (sql: string) => db.prepare(`SELECT count(*) FROM ${sql}`).pluck().get(upto)
    const entry = 'reading_index i WHERE i.series_id = r.series_id AND i.reading_time = r.reading_time AND i.id = r.id'
    expect(count(`readings r WHERE r.id <= ? AND NOT EXISTS (SELECT 1 FROM ${entry})`)).toBe(0)
    expect(count('reading_index WHERE id > ?')).toBe(0)
    const without = 'NOT EXISTS (SELECT 1 FROM readings r WHERE r.id = i.id)'
    const left = db
      .prepare(`SELECT series_id, count(*) AS n FROM reading_index i WHERE ${without} GROUP BY 1 ORDER BY 2 DESC`)
      .all() as { n: number }[]
    expect(left[0]?.n ?? 0).toBeLessThan(LEFT_ENTRIES)
    expect(
      count(`reading_index i WHERE ? > 0 AND NOT EXISTS (SELECT 1 FROM reading_series s WHERE s.id = i.series_id)`),
    ).toBe(0)
  })

  it('has counted every message that was sent, whatever became of it', () => {
    const { devices, births, house } = year
    const sum = (of: 'sent' | 'given') => devices.reduce((total, device) => total + device[of], 0)
    const { received, applied, duplicate, rejected } = house.engine.ledger
    expect({ duplicate, rejected }).toEqual({ duplicate: sum('sent') - sum('given'), rejected: 0 })
    // A crash may forget that a device introduced itself.
    expect(applied).toBeGreaterThanOrEqual(sum('given'))
    expect(applied).toBeLessThanOrEqual(sum('given') + births)
    expect(received).toBe(applied + duplicate)
  })

  it('went on in the same series when sensors and a device got other names', async () => {
    const { house } = year
    expect(house.all('SELECT count(*) AS n FROM reading_series')).toEqual([{ n: 4 }])
    expect(house.all("SELECT name FROM devices WHERE name = 'Larder'")).toHaveLength(1)
    expect(house.all("SELECT name FROM device_entities WHERE name LIKE 'renamed %'")).toHaveLength(4)
    const here = house.all<{ name: string }>('SELECT name FROM devices ORDER BY id')
    expect(
      await rows(admin, 'SELECT name FROM lares.devices WHERE deleted_at IS NULL ORDER BY id COLLATE "C"'),
    ).toEqual(here)
  })
})
