import { describe, expect, it } from 'vitest'
import { linesFrom } from '../../central/central-address.ts'
import { withCentral } from '../../central/connect.ts'
import { grantPerson } from '../../central/people.ts'
import { declarations } from '../../hub/store/declarations.ts'
import { reading } from '../hub/engine/engine-in-memory.ts'
import { addSite, rows } from '../hub/sync/house-with-central.ts'
import { useHouses } from '../hub/sync/scopes-at-central.ts'
import { connected, useCentral, VERSIONS } from './postgres-servers.ts'

const PI = 'pi-a1b2c3'
const VIEWS = ['sensor_readings', 'devices_compat', 'events_compat', 'houses_compat']

/** Columns whose values stay in the memory of their house. */
const volatile = new Set(
  declarations().flatMap(({ columns }) => [...columns].flatMap(([name, mark]) => (mark.volatile ? [name] : []))),
)

type Row = Record<string, unknown>

/** What SQLite and Postgres write otherwise: true and false, JSON, times. */
function plain(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value)
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'string' && /^[[{]/.test(value)) return JSON.parse(value)
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
}

const plainly = (found: Row[]) =>
  found.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))

describe.each(VERSIONS)('central on PostgreSQL %s', (version) => {
  const begin = useHouses(useCentral(version))

  it('shows what a house sent under the names of the documents, as the house itself does', async () => {
    const { house, admin, site, ...running } = await begin()
    const here = (sql: string) => plainly(house.db.prepare(sql).all() as Row[])
    for (const id of [PI, 'pi-gone']) house.device(id)
    house.db.exec('UPDATE houses SET preferences = \'{"quiet": [22, 7]}\'')
    house.send([`lares/${PI}/readings`, reading(1, 40)])
    house.send([`lares/${PI}/readings`, reading(2, 41.5)])
    house.db.exec('UPDATE readings SET quality = 0.5, metadata = \'{"firmware": "1.2"}\' WHERE id = 2')
    house.send([`lares/${PI}/event`, { type: 'button_pressed', data: { count: 2 } }])
    running.pump.start()
    await running.settled()
    house.db.exec("DELETE FROM devices WHERE id = 'pi-gone'")
    await running.settled()
    for (const view of VIEWS) {
      const there = plainly(
        await rows<Row>(admin, `SELECT * FROM lares.${view} WHERE site_id = $1 ORDER BY id`, [site]),
      )
      const columns = here(`SELECT name FROM pragma_table_info('${view}')`).map(({ name }) => String(name))
      const kept = columns.filter((name) => !volatile.has(name))
      const wanted = here(`SELECT ${kept.map((name) => `"${name}"`).join(', ')} FROM ${view} ORDER BY id`)
      expect(wanted.length).toBeGreaterThan(0)
      expect([view, there.map(({ site_id, epoch, ...row }) => row)]).toEqual([view, wanted])
    }
  })

  it('shows each house only to those it was granted to', async () => {
    const { house, admin, ...running } = await begin()
    house.device(PI)
    house.send([`lares/${PI}/readings`, reading(1, 40)])
    running.pump.start()
    await running.settled()
    const { site: other } = await addSite(admin, 'lake')
    await rows(
      admin,
      "INSERT INTO lares.houses (site_id, id, name, sync_epoch, sync_seq) VALUES ($1, 'h', 'Lake', 1, 1)",
      [other],
    )
    const line = async (person: string, of: string) => {
      const login = await withCentral(admin, (db) => grantPerson(db, person, of))
      return linesFrom(admin)(login?.role ?? '', login?.password ?? '')
    }
    const [anna, ben] = [await line('anna', 'home'), await line('ben', 'lake')]
    const names = async (url: string) =>
      (await rows(url, 'SELECT name FROM lares.houses_compat')).map(({ name }) => name)
    expect(await names(anna)).toEqual(['Home'])
    expect(await names(ben)).toEqual(['Lake'])
    for (const view of VIEWS) {
      expect(await rows(anna, `SELECT FROM lares.${view}`)).not.toEqual([])
      if (view !== 'houses_compat') expect(await rows(ben, `SELECT FROM lares.${view}`)).toEqual([])
      await expect(rows(anna, `DELETE FROM lares.${view}`)).rejects.toThrow(/permission denied|cannot delete/)
    }
  })

  it('keeps the key of readings of two epochs apart, and finds those of a device without reading all', async () => {
    const { admin, site } = await begin()
    await rows(
      admin,
      "INSERT INTO lares.reading_series (site_id, epoch, id, device_id, sensor, sensor_type) SELECT $1, e, n, e || '-' || n, 's', 'number' FROM generate_series(1, 100) n, generate_series(1, 2) e",
      [site],
    )
    await rows(
      admin,
      "INSERT INTO lares.readings (site_id, epoch, series_epoch, id, series_id, reading_time, value) SELECT $1, e, e, n * 100 + s, s, timestamptz '2026-03-01Z' + n * interval '1 minute', e FROM generate_series(1, 100) s, generate_series(1, 100) n, generate_series(1, 2) e",
      [site],
    )
    expect(
      await rows(
        admin,
        "SELECT device_id, value, count(*)::integer AS n FROM lares.sensor_readings WHERE device_id LIKE '%-7' GROUP BY 1, 2 ORDER BY 1",
      ),
    ).toEqual([
      { device_id: '1-7', value: 1, n: 100 },
      { device_id: '2-7', value: 2, n: 100 },
    ])
    const plan = await connected(admin, async (client) => {
      await client.query('ANALYZE lares.readings')
      await client.query('ANALYZE lares.reading_series')
      return client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN SELECT value FROM lares.sensor_readings WHERE site_id = '${site}' AND device_id = '1-7' ` +
          "AND reading_time >= '2026-03-01' AND reading_time < '2026-04-01'",
      )
    })
    const words = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(words).toMatch(/Scan using readings_2026_03_\w+ on readings_2026_03 r .*\n +Index Cond: .*series_id = s\.id/)
    expect(words).not.toMatch(/ on readings_(?!2026_03 )/)
  })
})
