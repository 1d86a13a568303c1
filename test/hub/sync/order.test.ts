import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamPosition } from '../../../hub/engine/sync-step.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { mergeSql } from '../../../hub/sync/merge-sql.ts'
import { Postgres } from '../../../hub/sync/postgres.ts'
import { type UploadBatch, UploadSource } from '../../../hub/sync/upload-source.ts'
import { openTestHouse, reading, type TestHouse } from '../engine/engine-in-memory.ts'
import { NEXT_READING } from '../store/next-reading.ts'
import { addSite, rows, TABLES } from './house-with-central.ts'
import { useHouses } from './use-houses.ts'

const PI = 'lares/pi-a1b2c3/readings'
const KEYS = ['a', 'b', 'c']

/** One thing that happens in a house. */
type Deed =
  | { does: 'put'; key: string; value: number }
  | { does: 'drop'; key: string }
  | { does: 'measure'; value: number }
  | { does: 'event' }
  | { does: 'mark'; event: number; by: number }
  | { does: 'read'; most: number }

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ does: fc.constant('put' as const), key: fc.constantFrom(...KEYS), value: fc.nat(9) }),
  fc.record({ does: fc.constant('drop' as const), key: fc.constantFrom(...KEYS) }),
  fc.record({ does: fc.constant('measure' as const), value: fc.nat(9) }),
  fc.record({ does: fc.constant('event' as const) }),
  fc.record({ does: fc.constant('mark' as const), event: fc.nat(4), by: fc.nat(9) }),
  fc.record({ does: fc.constant('read' as const), most: fc.integer({ min: 1, max: 5 }) }),
)

const open = (stream: string, table = stream): StreamPosition => ({
  stream,
  table,
  epoch: 1,
  first: 0,
  upto: null,
  position: 0,
  chain: CHAIN_START,
  history: '',
})

/** Lives through the deeds and returns every batch that was read meanwhile, the last ones taking all that is left. */
function batchesOf(deeds: Deed[], layout: Map<string, Set<string>>): UploadBatch[] {
  const house = openTestHouse()
  house.device('pi-a1b2c3')
  const streams = [
    open('changes', 'sync_changes'),
    ...['readings', 'events', 'reading_series'].map((name) => open(name)),
  ]
  const source = new UploadSource(house.db, TABLES, () => streams)
  source.use(layout)
  const batches: UploadBatch[] = []
  const read = (most: number) => {
    for (const [index, stream] of streams.entries()) {
      const batch = source.read(stream, most)
      if (!batch) continue
      batches.push(batch)
      streams[index] = batch.to
    }
  }
  let seq = 0
  for (const done of [...deeds, ...Array<Deed>(6).fill({ does: 'read', most: 1_000 })]) {
    if (done.does === 'read') read(done.most)
    else if (done.does === 'measure') house.send([PI, reading(++seq, done.value)])
    else change(house, done)
  }
  house.db.close()
  return batches
}

function change({ db }: TestHouse, done: Exclude<Deed, { does: 'read' | 'measure' }>): void {
  if (done.does === 'put')
    db.prepare(
      'INSERT INTO users (id, email, full_name, created_at, updated_at) VALUES (?, ?, ?, 1, 1) ON CONFLICT (id) DO UPDATE SET full_name = excluded.full_name',
    ).run(done.key, done.key, String(done.value))
  else if (done.does === 'drop') db.prepare('DELETE FROM users WHERE id = ?').run(done.key)
  else if (done.does === 'event')
    db.prepare(
      "INSERT INTO events (event_type, category, title, description, source, timestamp, created_at, updated_at) VALUES ('x', 'x', 'x', 'x', 'system', 1, 1, 1)",
    ).run()
  else
    db.prepare("UPDATE events SET acknowledged_by = ? WHERE event_type = 'x' AND id % 5 = ?").run(
      String(done.by),
      done.event,
    )
}

/** Brings a batch into central as `upload` does, without the cursor, which would refuse another order. */
async function merge(central: Postgres, site: string, batch: UploadBatch): Promise<void> {
  await central.begin()
  for (const stage of batch.stages) {
    const sql = mergeSql(stage)
    await central.run(sql.create)
    await central.copy(sql.copy, stage.lines.join(''))
    await central.run(sql.merge, [site, batch.from.epoch])
  }
  await central.commit()
}

describe('batches of a house', () => {
  const houses = useHouses('18')

  /** The tables of a site, also what rows show that are gone. When a row came or went is central's clock. */
  async function tablesOf(admin: string, site: string) {
    const tables = ['users', 'devices', 'houses', 'personas', 'readings', 'events', 'reading_series']
    const found = await Promise.all(
      tables.map((name) =>
        rows<{ row: Record<string, unknown> }>(
          admin,
          `SELECT to_jsonb(t) - 'site_id' - 'synced_at' AS row FROM lares."${name}" t WHERE site_id = $1 ORDER BY id`,
          [site],
        ),
      ),
    )
    return found.map((list) => list.map(({ row }) => ({ ...row, deleted_at: typeof row.deleted_at === 'string' })))
  }

  it('end in the same tables in whatever order, and however often, they come', async () => {
    const admin = await houses.central.migrated()
    const columns = await rows<{ name: string; columns: string[] }>(
      admin,
      "SELECT c.relname AS name, array_agg(a.attname::text) AS columns FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'lares'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY 1",
    )
    const layout = new Map(columns.map(({ name, columns: of }) => [name, new Set(of)]))
    const central = new Postgres({ url: admin, name: 'test', connectMs: 10_000, statementMs: 60_000 })
    await central.connect()
    let number = 0
    const run = async (batches: UploadBatch[]) => {
      const { site } = await addSite(admin, `order${number++}`)
      for (const batch of batches) await merge(central, site, batch)
      return tablesOf(admin, site)
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 5, maxLength: 30 }),
        fc.infiniteStream(fc.nat()),
        async (deeds, numbers) => {
          const batches = batchesOf(deeds, layout)
          const twice = [...batches, ...batches.filter((_, index) => index % 3 === 0)]
          const mixed = twice
            .map((batch) => [Number(numbers.next().value), batch] as const)
            .sort(([a], [b]) => a - b)
            .map(([, batch]) => batch)
          expect(await run(mixed)).toEqual(await run(batches))
        },
      ),
      { numRuns: 12, seed: 7 },
    )
    central.close()
    // Many houses over a real server: how long that takes says only how busy the machine is.
  }, 300_000)
})

describe('rows that others refer to', () => {
  const houses = useHouses('18')

  it('are read before those that refer to them', () => {
    const house = openTestHouse()
    house.device('pi-a1b2c3')
    house.send([PI, reading(1, 40)])
    const streams = [open('readings'), open('reading_series')]
    const source = new UploadSource(house.db, TABLES, () => streams)
    source.use(new Map(TABLES.map(({ name, columns }) => [name, new Set(columns.map((column) => column.name))])))
    const [readings, series] = streams as [StreamPosition, StreamPosition]
    expect(source.read(readings, 10)).toBe(null)
    streams[1] = source.read(series, 10)?.to as StreamPosition
    expect(source.read(readings, 10)).toMatchObject({ rows: 1 })
  })

  it('go first, and readings carry the epoch of their series', async () => {
    const { house, pump, settled, admin, site } = await houses.house()
    house.device('pi-a1b2c3')
    const sent: string[] = []
    house.send([PI, reading(1, 40)])
    const { engine } = house
    const process = engine.process.bind(engine)
    engine.process = (...args) => {
      const result = process(...args)
      const streams = house.all<{ stream: string }>('SELECT stream FROM sync_streams WHERE rows > 0 ORDER BY stream')
      for (const { stream } of streams) if (!sent.includes(stream)) sent.push(stream)
      return result
    }
    pump.start()
    await settled()
    expect(sent.indexOf('readings')).toBeGreaterThan(sent.indexOf('reading_series'))
    expect(sent).toContain('readings')
    expect(
      await rows(
        admin,
        'SELECT r.value, s.sensor FROM lares.readings r JOIN lares.reading_series s ON s.site_id = r.site_id AND s.epoch = r.series_epoch AND s.id = r.series_id WHERE r.site_id = $1',
        [site],
      ),
    ).toEqual([{ value: 40, sensor: 'cpu_temperature' }])
  })
})

describe('what a house missed while it was away', () => {
  const houses = useHouses('18')

  /** A joined house with so many readings that central does not have. */
  async function behind(count: number) {
    const house = await houses.house()
    const { db } = house.house
    house.house.device('pi-a1b2c3')
    house.house.send([PI, reading(1, 0)])
    house.pump.start()
    await house.settled()
    await house.kill()
    db.prepare(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO readings (id, series_id, reading_time, received_at, value) SELECT next + i - 1, 1, 1770000000000 + i, 1770000000000 + i, i FROM n, (SELECT ' +
        `${NEXT_READING} AS next)`,
    ).run(count)
    return house
  }
  const cursors = (admin: string, site: string) =>
    rows(
      admin,
      "SELECT stream, first::integer, upto::integer, position::integer, rows::integer FROM lares.sync_cursors WHERE site_id = $1 AND table_name = 'readings' ORDER BY stream",
      [site],
    )

  it('is split off until what is new is there, then sent and closed', async () => {
    const here = await behind(20_500)
    const { house, restart, until, settled, admin, site } = here
    restart()
    await until('it is split off', () => here.pump.state.streams.some(({ stream }) => stream === 'readings:1-20501'))
    house.send([PI, reading(2, 99)])
    let early = -1
    await until('the newest is there', () => {
      const live = here.pump.state.streams.find(({ stream }) => stream === 'readings')
      const part = here.pump.state.streams.find(({ stream }) => stream === 'readings:1-20501')
      if (live?.position !== 20_502) return false
      early = part?.position ?? -1
      return true
    })
    expect(early).toBeLessThan(20_501)
    await settled()
    expect(await cursors(admin, site)).toEqual([
      { stream: 'readings', first: 0, upto: null, position: 20_502, rows: 2 },
      { stream: 'readings:1-20501', first: 1, upto: 20_501, position: 20_501, rows: 20_500 },
    ])
    expect(
      await rows(admin, 'SELECT count(*)::integer AS n, count(DISTINCT id)::integer AS ids FROM lares.readings'),
    ).toEqual([{ n: 20_502, ids: 20_502 }])
  })

  it('is closed as well when its rows were purged meanwhile', async () => {
    const here = await behind(20_500)
    const { house, restart, until, settled, kill, admin, site } = here
    restart()
    await until('it is split off', () => here.pump.state.streams.some(({ stream }) => stream === 'readings:1-20501'))
    await kill()
    house.db.prepare('DELETE FROM readings WHERE id <= 20501').run()
    restart()
    await settled()
    const found = await cursors(admin, site)
    expect(found[1]).toMatchObject({ stream: 'readings:1-20501', upto: 20_501, position: 20_501 })
    expect(house.all("SELECT position FROM sync_streams WHERE stream = 'readings:1-20501'")).toEqual([
      { position: 20_501 },
    ])
  })
})
