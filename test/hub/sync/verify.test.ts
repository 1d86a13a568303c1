import { describe, expect, it } from 'vitest'
import { RESTORED_COPY } from '../../../hub/store/backup.ts'
import { verify } from '../../../hub/sync/verify.ts'
import { reading, START } from '../engine/engine-in-memory.ts'
import { NEXT_READING } from '../store/next-reading.ts'
import { fillHouse } from './full-house.ts'
import { rows } from './house-with-central.ts'
import { type JoinedHouse, useHouses } from './use-houses.ts'

const DAY = 86_400_000
const PI = 'lares/pi-a1b2c3/readings'
const TODAY = '2026-01-01'

function compare({ house, pump, url }: JoinedHouse, table?: string) {
  return verify(
    {
      db: house.db,
      source: pump.source,
      streams: pump.state.streams,
      site: pump.state.identity.site,
      url,
      version: 'test',
    },
    { ...(table === undefined ? {} : { table }), days: 7, now: house.now },
  )
}

describe('a comparison of a hub with central', () => {
  const houses = useHouses('18')

  /** A joined house with three readings on each of two days. */
  async function begin(): Promise<JoinedHouse> {
    const here = await houses.house()
    const { house, pump, settled } = here
    house.device('pi-a1b2c3')
    house.send([PI, reading(1, 1)])
    house.db.prepare('UPDATE reading_series SET created_at = ?').run(START - 300 * DAY)
    house.db.prepare('DELETE FROM readings').run()
    for (const day of [0, 1])
      for (const value of [0.1, 1e308, -2])
        house.db
          .prepare(
            `INSERT INTO readings (id, series_id, reading_time, received_at, value) VALUES (${NEXT_READING}, 1, ?, ?, ?)`,
          )
          .run(START - day * DAY + 5, START, value)
    pump.start()
    await settled()
    return here
  }

  it('says that they are equal, also over every kind of value', async () => {
    const here = await begin()
    fillHouse(here.house.db)
    await here.settled()
    const { tables, ...answer } = await verify(
      {
        db: here.house.db,
        source: here.pump.source,
        streams: here.pump.state.streams,
        site: here.site,
        url: here.url,
        version: 'test',
      },
      { days: 740_100, now: here.house.now },
    )
    expect(answer).toMatchObject({ ok: true, differences: [] })
    expect(tables.find(({ table }) => table === 'readings')).toMatchObject({ rows: 12 })
    expect(tables.length).toBeGreaterThan(10)
    for (const { table, rows: counted } of tables) expect(counted, table).toBeGreaterThan(5)
  })

  it('names the table and the day of rows that central lost', async () => {
    const here = await begin()
    await rows(here.admin, 'DELETE FROM lares.readings WHERE id = 6')
    expect(await compare(here)).toMatchObject({
      ok: false,
      differences: [{ table: 'readings', day: '2025-12-31', hub: 3, central: 2, found: 'missing' }],
    })
    expect(await compare(here, 'devices')).toMatchObject({ ok: true, tables: [{ table: 'devices' }] })
  })

  it('names a value that was changed there', async () => {
    const here = await begin()
    await rows(here.admin, 'UPDATE lares.readings SET value = 0.10000000000000002 WHERE id = 2')
    await rows(here.admin, "UPDATE lares.devices SET name = 'x'")
    expect(await compare(here)).toMatchObject({
      ok: false,
      differences: [
        { table: 'devices', day: TODAY, found: 'different' },
        { table: 'readings', day: TODAY, hub: 3, central: 3, found: 'different' },
      ],
    })
  })

  it('says that central has more when rows were purged here, and that this is well', async () => {
    const here = await begin()
    here.house.db.prepare('DELETE FROM readings WHERE id <= 3').run()
    expect(await compare(here)).toMatchObject({
      ok: true,
      differences: [{ table: 'readings', day: TODAY, hub: 1, central: 3, found: 'more' }],
    })
  })

  it('leaves out what waits and what central refused', async () => {
    const here = await begin()
    await here.kill()
    here.house.send([PI, reading(2, 5)])
    here.house.db.prepare("UPDATE devices SET name = 'waits'").run()
    expect(await compare(here)).toMatchObject({ ok: true, differences: [] })
    here.restart()
    await here.settled()
    here.house.db.prepare('UPDATE devices SET name = ?').run('a\u0000b')
    await here.settled()
    expect(here.house.all('SELECT id FROM sync_quarantine')).toHaveLength(1)
    // Central still has the device as it was before.
    expect(await compare(here)).toMatchObject({ ok: true, differences: [] })
  })

  it('looks under the right epoch after a hub was put back to a copy', async () => {
    const here = await begin()
    await here.kill()
    // The copy was made before the last two readings were sent: they are sent again, beside the first.
    here.house.db.prepare("UPDATE sync_streams SET position = position - 2 WHERE stream = 'readings'").run()
    here.house.db.prepare('INSERT INTO hub_settings (key, value) VALUES (?, ?)').run(RESTORED_COPY, '1')
    here.restart()
    await here.settled()
    expect(here.pump.state.identity.epoch).toBe(2)
    expect(
      await rows(here.admin, 'SELECT epoch, count(*)::integer AS n FROM lares.readings GROUP BY 1 ORDER BY 1'),
    ).toEqual([
      { epoch: 1, n: 6 },
      { epoch: 2, n: 2 },
    ])
    expect(await compare(here)).toMatchObject({ ok: true, differences: [] })
    await rows(here.admin, 'DELETE FROM lares.readings WHERE epoch = 2')
    expect(await compare(here, 'readings')).toMatchObject({ ok: false, differences: [{ found: 'missing' }] })
  })
})
