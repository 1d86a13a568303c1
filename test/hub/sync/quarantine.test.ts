import { afterEach, describe, expect, it } from 'vitest'
import { useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { ask, commandInput, data, query } from '../engine/ask.ts'
import { addSite, type HouseWithCentral, houseWithCentral, rows } from './house-with-central.ts'

const running: HouseWithCentral[] = []
afterEach(async () => {
  for (const house of running.splice(0)) await house.kill()
})

const GOOD = 200

interface Held {
  table_name: string
  row_key: string
  code: string
  reason: string
  raw: Buffer
  resolved_at: Date | null
  resolution: string | null
}

describe.each(VERSIONS)('what PostgreSQL %s refuses', (version) => {
  const central = useCentral(version)

  async function begin() {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const house = houseWithCentral(url)
    running.push(house)
    const { db } = house.house
    house.house.device('pi-a1b2c3')
    db.exec(
      "INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('pi-a1b2c3', 's', 'number', 1)",
    )
    const reading = db.prepare(
      'INSERT INTO readings (series_id, reading_time, received_at, value, quality, metadata) VALUES (1, ?, 1767225600000, ?, NULL, ?)',
    )
    const held = () =>
      rows<Held>(admin, 'SELECT * FROM lares.sync_quarantine WHERE site_id = $1 ORDER BY table_name, row_key::bigint', [
        site,
      ])
    const cursor = async () => {
      const [found] = await rows<Record<string, string>>(
        admin,
        "SELECT rows, merged, duplicates, quarantined FROM lares.sync_cursors WHERE site_id = $1 AND stream = 'readings'",
        [site],
      )
      return found
    }
    const stored = async () => (await rows(admin, 'SELECT id FROM lares.readings WHERE site_id = $1', [site])).length
    return { ...house, db, reading, held, cursor, stored, admin, house: house.house, self: house }
  }

  it('is found among the others and set aside with its reason, and the stream goes on', async () => {
    const { self, reading, held, cursor, stored, db, house } = await begin()
    const bad: [number, number, string | null, string][] = [
      [20, 1_767_225_600_000, '{"a":"\\u0000"}', '22P05'],
      [77, 1_767_225_600_000, '{"a":"\\ud800"}', '22P02'],
      [78, -9_000_000_000_000_000, null, '22008'],
      [150, 1_767_225_600_000, '{"a":1', '22P02'],
    ]
    for (let id = 1; id <= GOOD; id++) {
      const [, at = 1_767_225_600_000 + id, metadata = null] = bad.find(([key]) => key === id) ?? []
      reading.run(at, id, metadata)
    }
    db.exec(
      "INSERT INTO events (event_type, category, title, description, source, timestamp, created_at) VALUES ('x', 'device', 'x', 'a' || char(0) || 'b', 'device', 1767225600000, 1767225600000)",
    )
    self.pump.start()
    await self.settled()
    const found = await held()
    expect(
      found.filter(({ table_name }) => table_name === 'readings').map(({ row_key, code }) => [row_key, code]),
    ).toEqual(bad.map(([id, , , code]) => [String(id), code]))
    expect(found.filter(({ table_name }) => table_name === 'events').map(({ code }) => code)).toEqual(['22021'])
    for (const { reason, raw } of found) {
      expect(reason).not.toBe('')
      expect(raw.length).toBeGreaterThan(10)
    }
    expect(await stored()).toBe(GOOD - bad.length)
    const ledger = await cursor()
    expect(Number(ledger?.rows)).toBe(Number(ledger?.merged) + Number(ledger?.duplicates) + Number(ledger?.quarantined))
    expect(ledger).toMatchObject({ rows: String(GOOD), quarantined: String(bad.length) })
    expect(query<{ quarantine: unknown[] }>(house, 'quarantine/list').quarantine).toHaveLength(bad.length + 1)
    expect(house.all("SELECT 1 FROM events WHERE event_type = 'sync_row_refused'")).toHaveLength(bad.length + 1)
    reading.run(1_767_225_700_000, 1, null)
    await self.settled()
    expect(await stored()).toBe(GOOD - bad.length + 1)
  })

  it('is sent again after it was mended, and then held no more on either side', async () => {
    const { self, reading, held, stored, db, house } = await begin()
    reading.run(1_767_225_600_000, 1, '{"a":"\\u0000"}')
    self.pump.start()
    await self.settled()
    const retry = () => data(ask(house, commandInput('quarantine/retry', { id: 1 })))
    retry()
    await self.settled()
    // Nothing was mended: it is refused once more.
    expect(query<{ quarantine: { state: string }[] }>(house, 'quarantine/list').quarantine).toMatchObject([
      { state: 'held' },
    ])
    expect(await held()).toMatchObject([{ resolved_at: null }])
    db.prepare("UPDATE readings SET metadata = '{}' WHERE id = 1").run()
    retry()
    await self.settled()
    expect(await stored()).toBe(1)
    expect(query<{ quarantine: unknown[] }>(house, 'quarantine/list').quarantine).toEqual([])
    expect(await held()).toMatchObject([{ resolution: 'taken' }])
  })

  it('is settled at central when somebody gives it up', async () => {
    const { self, reading, held, house } = await begin()
    reading.run(1_767_225_600_000, 1, '{"a":"\\u0000"}')
    self.pump.start()
    await self.settled()
    data(ask(house, commandInput('quarantine/discard', { id: 1 })))
    let resolution: string | null = null
    for (let tries = 0; tries < 200 && resolution === null; tries++) {
      resolution = (await held())[0]?.resolution ?? null
      await new Promise((resolve) => setImmediate(resolve))
    }
    await self.until('the next sign of life', () => self.pump.state.untilScopes < 5)
    for (let tries = 0; tries < 500 && resolution === null; tries++) resolution = (await held())[0]?.resolution ?? null
    expect(resolution).toBe('discarded')
  })

  it('is known again at the next greeting when only central wrote it down', async () => {
    const { self, reading, db, house } = await begin()
    reading.run(1_767_225_600_000, 1, '{"a":"\\u0000"}')
    self.pump.start()
    await self.settled()
    await self.kill()
    db.exec('DELETE FROM sync_quarantine')
    self.restart()
    await self.settled()
    expect(query<{ quarantine: unknown[] }>(house, 'quarantine/list').quarantine).toMatchObject([
      { table_name: 'readings', row_key: '1', code: '22P05' },
    ])
  })
})
