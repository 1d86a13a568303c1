import { describe, expect, it } from 'vitest'
import { isAppend } from '../../../hub/store/central-shape.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { rowDecoder } from '../../../hub/sync/decode.ts'
import { fetchLostRows } from '../../../hub/sync/fetch-lost-rows.ts'
import { Postgres } from '../../../hub/sync/postgres.ts'
import { VERSIONS } from '../../central/postgres-servers.ts'
import { fillHouse } from './full-house.ts'
import { rows, TABLES } from './house-with-central.ts'
import { type JoinedHouse, useHouses } from './use-houses.ts'

/** A house whose every table has every kind of value, all of it at central, and a connection of its own there. */
async function full(joined: JoinedHouse) {
  fillHouse(joined.house.db)
  joined.pump.start()
  await joined.settled()
  const { site, token, leases } = joined.pump.state.identity
  const lease = { site: site ?? '', token: token ?? '', leases }
  const db = new Postgres({ url: joined.url, name: 'test', connectMs: 5_000, statementMs: 5_000 })
  await db.connect()
  const { source, state } = joined.pump
  /** What comes of keys of a table that are asked for from `position` on. */
  const ask = (table: string, position: number, upto: number) =>
    fetchLostRows(db, lease, {
      lost: { id: 1, table, position, upto },
      streams: state.streams,
      ...source.decoder(table),
      at: () => {},
    })
  return { ask, db, close: () => db.close() }
}

describe.each(VERSIONS)('a row that went to PostgreSQL %s', (version) => {
  const houses = useHouses(version)

  it('comes back with every kind of value as it was, from every table that only grows', async () => {
    const joined = await houses.house()
    const { ask, close } = await full(joined)
    for (const table of TABLES.filter(isAppend)) {
      const { page } = await ask(table.name, 0, 1_000)
      const { decoder } = joined.pump.source.decoder(table.name)
      const columns = decoder.columns.map((column) => `"${column}"`).join(', ')
      const here = joined.house.db
        .prepare(`SELECT ${columns} FROM "${table.name}" ORDER BY id`)
        .raw()
        .all() as unknown[][]
      const json = table.columns.flatMap(({ name, kind }) => (kind === 'json' ? [decoder.columns.indexOf(name)] : []))
      const parsed = (values: unknown[]) =>
        values.map((value, at) => (json.includes(at) && value !== null ? JSON.parse(String(value)) : value))
      expect(page.rows.map(parsed), table.name).toEqual(here.map(parsed))
      expect(page.found, table.name).toBe(here.length)
    }
    close()
  })

  it('comes in pages of some rows and some bytes', async () => {
    const joined = await houses.house()
    const { ask, close } = await full(joined)
    joined.house.db.exec(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1200) ' +
        'INSERT INTO readings (id, series_id, reading_time, received_at, value) SELECT 100 + i, 1, i, i, i FROM n;' +
        'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 8) ' +
        'INSERT INTO events (id, event_type, category, title, description, source, timestamp, created_at, updated_at) ' +
        "SELECT 100 + i, 't', 'c', 't', hex(randomblob(100000)), 's', i, i, i FROM n",
    )
    await joined.settled()
    expect((await ask('readings', 100, 1_300)).page).toMatchObject({ upto: 600, found: 500 })
    expect((await ask('readings', 1_100, 1_300)).page).toMatchObject({ upto: 1_300, found: 200 })
    const { page, bytes } = await ask('events', 100, 108)
    expect(page.rows.length).toBeLessThan(5)
    expect(page.upto).toBe(100 + page.rows.length)
    expect(bytes).toBeGreaterThan(400_000)
    expect((await ask('events', 106, 108)).page).toMatchObject({ upto: 108, found: 2 })
    close()
  })

  it('is asked for under its epoch, and no row of another house or of a key that was never sent is', async () => {
    const joined = await houses.house()
    const { ask, close } = await full(joined)
    const { streams } = joined.pump.state
    const at = streams.findIndex(({ stream }) => stream === 'readings')
    const own = streams[at]
    if (!own) throw new Error('no stream of readings')
    const ended = { ...own, position: 3, upto: 3 }
    streams.splice(at, 1, ended, { ...own, epoch: 2, first: 3, position: 3, chain: CHAIN_START })
    expect((await ask('readings', 0, 6)).page).toMatchObject({ upto: 3, found: 3 })
    // The hub has not sent them, as far as it knows.
    expect((await ask('readings', 3, 6)).page).toMatchObject({ upto: 6, found: 0, rows: [] })
    streams.push({ ...own, epoch: 7, stream: 'readings:3-6', first: 3, upto: 6, position: 6 })
    expect((await ask('readings', 3, 6)).page).toMatchObject({ upto: 6, found: 0 })
    close()
  })

  it('does not come when the row that it names by key was given that key under another epoch', async () => {
    const joined = await houses.house()
    const { ask, close } = await full(joined)
    await rows(joined.admin, 'UPDATE lares.readings SET series_epoch = 9 WHERE id = 2')
    const { page } = await ask('readings', 0, 6)
    expect([page.found, page.rows.map(([id]) => id)]).toEqual([6, [1, 3, 4, 5, 6]])
    close()
  })
})

describe('a column that central does not know', () => {
  it('comes back from what was kept beside the others', () => {
    const table = TABLES.find(({ name }) => name === 'readings')
    if (!table) throw new Error('there are no readings')
    const epochOf = () => 1
    const layout = new Map([['readings', new Set(['id', 'series_id', 'extra'])]])
    const decoder = rowDecoder(table, { layout, epochOf })
    expect(decoder.select).toBe('t."id" AS "id", t."series_id" AS "series_id", t."extra"')
    const value = (extra: unknown, column: string) =>
      decoder.values({ id: '1', series_id: '1', extra })[decoder.columns.indexOf(column)]
    expect(value({ value: 0.1 }, 'value')).toBe(0.1)
    expect(value({ metadata: { a: 1 } }, 'metadata')).toBe('{"a":1}')
    expect(value(null, 'quality')).toBe(null)
    const event = TABLES.find(({ name }) => name === 'events')
    if (!event) throw new Error('there are no events')
    const of = rowDecoder(event, { layout: new Map([['events', new Set(['id', 'extra'])]]), epochOf })
    const said = (extra: unknown, column: string) => of.values({ id: '1', extra })[of.columns.indexOf(column)]
    expect([said({ processed: true }, 'processed'), said({}, 'severity'), said({}, 'title')]).toEqual([
      1,
      undefined,
      null,
    ])
  })
})
