import { beforeAll, describe, expect, it } from 'vitest'
import { runCentral } from '../../central/main.ts'
import { connected, query, useCentral, VERSIONS } from './postgres-servers.ts'

const OLD = '1970-01-02T00:00:00Z'
const FAR = '2031-07-15T12:00:00Z'

describe.each(VERSIONS)('partitions on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  let admin = ''
  let line = ''
  let site = ''

  beforeAll(async () => {
    admin = await central.migrated()
    let out = ''
    await runCentral(['add-site', 'house', '--json'], {
      env: { LARES_CENTRAL: admin },
      out: (text) => {
        out += text
      },
    })
    ;({ url: line, site_id: site } = JSON.parse(out) as { url: string; site_id: string })
  })

  const insert = (id: number, time: string) =>
    query(line, 'INSERT INTO lares.readings (site_id, epoch, id, reading_time) VALUES ($1, 0, $2, $3)', [
      site,
      id,
      time,
    ])

  const placeOf = async (id: number) => {
    const rows = await query<{ place: string }>(
      admin,
      "SELECT replace(tableoid::regclass::text, 'lares.', '') AS place FROM lares.readings WHERE id = $1",
      [id],
    )
    return rows.map(({ place }) => place)
  }

  it('exist for every month from 2024 to two ahead, and one for the rest', async () => {
    const names = await query<{ name: string }>(
      admin,
      `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
       WHERE i.inhparent = 'lares.readings'::regclass ORDER BY 1`,
    )
    const [expected] = await query<{ months: string[] }>(
      admin,
      `SELECT json_agg('readings_' || to_char(m, 'YYYY_MM') ORDER BY m) AS months
       FROM generate_series(timestamp '2024-01-01', date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months', '1 month') m`,
    )
    expect(names.map(({ name }) => name)).toEqual([...(expected?.months ?? []), 'readings_default'])
  })

  it('end at midnight UTC, whatever the time zone of who makes them', async () => {
    await connected(admin, async (client) => {
      await client.query("SET timezone = 'Pacific/Auckland'")
      await client.query("SELECT lares.add_month('readings', '2033-03-31')")
    })
    await insert(1, '2033-03-01T00:00:00Z')
    await insert(2, '2033-03-31T23:59:59.999Z')
    await insert(3, '2033-04-01T00:00:00Z')
    expect(await placeOf(1)).toEqual(['readings_2033_03'])
    expect(await placeOf(2)).toEqual(['readings_2033_03'])
    expect(await placeOf(3)).toEqual(['readings_default'])
  })

  it('take rows out of the DEFAULT partition when their month is made', async () => {
    await insert(10, OLD)
    await insert(11, FAR)
    await insert(12, '2031-08-01T00:00:00Z')
    expect(await placeOf(11)).toEqual(['readings_default'])
    await query(admin, `SELECT lares.add_month('readings', '${FAR.slice(0, 10)}')`)
    expect(await placeOf(11)).toEqual(['readings_2031_07'])
    expect(await placeOf(10)).toEqual(['readings_default'])
    expect(await placeOf(12)).toEqual(['readings_default'])
    await query(admin, `SELECT lares.add_month('readings', '${OLD.slice(0, 10)}')`)
    expect(await placeOf(10)).toEqual(['readings_1970_01'])
    // The key still knows the row where it is now.
    await expect(insert(11, FAR)).rejects.toMatchObject({ code: '23505' })
    expect(await query(line, 'SELECT FROM lares.readings WHERE id IN (10, 11, 12)')).toHaveLength(3)
  })

  it('are made for a site at its handshake, and only what is missing', async () => {
    expect(await query(line, 'SELECT lares.ensure_partitions() AS made')).toEqual([{ made: 0 }])
    await connected(admin, async (client) => {
      // As when nobody called for months: rows of this month went to DEFAULT.
      const { rows } = await client.query<{ suffix: string }>(
        "SELECT to_char(now() AT TIME ZONE 'UTC', '_YYYY_MM') AS suffix",
      )
      await client.query(`DROP TABLE lares.readings${rows[0]?.suffix}, lares.events${rows[0]?.suffix}`)
    })
    const [now] = await query<{ now: Date }>(admin, 'SELECT now() AS now')
    await insert(20, now?.now.toISOString() ?? '')
    expect(await placeOf(20)).toEqual(['readings_default'])
    expect(await query(line, 'SELECT lares.ensure_partitions() AS made')).toEqual([{ made: 2 }])
    expect((await placeOf(20))[0]).toMatch(/^readings_\d{4}_\d\d$/)
    expect(await query(line, 'SELECT lares.ensure_partitions() AS made')).toEqual([{ made: 0 }])
  })

  it('are made once when many houses shake hands at the same moment, while rows keep coming', async () => {
    await query(admin, 'DROP TABLE lares.readings_2024_05, lares.events_2024_05, lares.readings_2024_06')
    const made = await Promise.all([
      ...Array.from({ length: 6 }, () => query<{ made: number }>(line, 'SELECT lares.ensure_partitions() AS made')),
      ...Array.from({ length: 20 }, async (_, n) => {
        await insert(100 + n, '2024-05-10T00:00:00Z')
        return [{ made: 0 }]
      }),
    ])
    expect(made.flat().reduce((sum, row) => sum + row.made, 0)).toBe(3)
    const places = await query(
      admin,
      'SELECT DISTINCT tableoid::regclass::text AS place FROM lares.readings WHERE id BETWEEN 100 AND 119',
    )
    expect(places).toEqual([{ place: 'lares.readings_2024_05' }])
  })

  it('never refuse a row that waited while its month was made', async () => {
    const waiting = async (count: number) => {
      const text =
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pg_sleep(0.02) IS NOT NULL"
      while ((await query(admin, text)).length < count);
    }
    await connected(admin, async (client) => {
      await client.query('BEGIN')
      await client.query('LOCK TABLE lares.readings_default IN ROW EXCLUSIVE MODE')
      const made = query(admin, "SELECT lares.add_month('readings', '2035-01-01')")
      await waiting(1)
      const inserted = insert(30, '2035-01-05T00:00:00Z')
      await waiting(2)
      await client.query('COMMIT')
      await Promise.all([made, inserted])
    })
    expect(await placeOf(30)).toEqual(['readings_2035_01'])
  })

  it('wait for no long query of a person', async () => {
    await query(admin, 'DROP TABLE lares.readings_2024_07')
    await connected(admin, async (client) => {
      await client.query('BEGIN')
      await client.query('SELECT count(*) FROM lares.readings')
      expect(await query(line, 'SELECT lares.ensure_partitions() AS made')).toEqual([{ made: 0 }])
      await client.query('COMMIT')
    })
    expect(await query(line, 'SELECT lares.ensure_partitions() AS made')).toEqual([{ made: 1 }])
  })

  it('have the indexes of their table', async () => {
    const [parent] = await query<{ n: number }>(
      admin,
      "SELECT count(*)::integer AS n FROM pg_index WHERE indrelid = 'lares.readings'::regclass",
    )
    const parts = await query<{ n: number }>(
      admin,
      `SELECT DISTINCT count(*)::integer AS n FROM pg_index x JOIN pg_inherits i ON i.inhrelid = x.indrelid
       WHERE i.inhparent = 'lares.readings'::regclass GROUP BY x.indrelid`,
    )
    expect(parts).toEqual([parent])
  })

  it('are pruned when a site asks for one month', async () => {
    const plan = await query<{ 'QUERY PLAN': string }>(
      line,
      `EXPLAIN SELECT * FROM lares.readings WHERE site_id = '${site}' AND reading_time >= '2025-02-01Z' AND reading_time < '2025-03-01Z'`,
    )
    const text = plan.map((row) => row['QUERY PLAN']).join('\n')
    expect(text).toContain('readings_2025_02')
    expect(text).not.toContain('readings_2025_03')
  })
})
