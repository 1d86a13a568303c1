import type { Client } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { catalogueTable } from '../../central/catalogue.ts'
import { linesFrom } from '../../central/central-address.ts'
import { withCentral } from '../../central/connect.ts'
import { grantPerson } from '../../central/people.ts'
import { addSite } from '../../central/sites.ts'
import { isVersioned } from '../../hub/store/central-shape.ts'
import { centralTables } from '../../hub/store/central-tables.ts'
import { connected, query, useCentral, VERSIONS } from './postgres-servers.ts'

const TABLES = centralTables().map(catalogueTable)
const MONTH = '2026-02-03T00:00:00Z'

/** A value for each type that a key may have. */
const VALUES = new Map([
  ['uuid', "'00000000-0000-4000-8000-000000000000'"],
  ['text', "'x'"],
  ['integer', '0'],
  ['bigint', '1'],
  ['timestamptz', `'${MONTH}'`],
])

const SECOND = new Map([...VALUES, ['text', "'y'"], ['bigint', '2']])

type Who = 'own' | 'foreign' | 'granted' | 'not granted' | 'nobody'

/** What a statement came to: rows it touched, or the SQLSTATE of the refusal. */
async function outcome(client: Client, text: string, values: unknown[] = []): Promise<number | string> {
  await client.query('BEGIN')
  try {
    return (await client.query(text, values)).rowCount ?? 0
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await client.query('ROLLBACK')
  }
}

const REFUSED = '42501'

/** The least row of a table of houses. */
function insertInto(table: (typeof TABLES)[number], site: string, content = VALUES): string {
  const columns = table.columns.filter(({ notNull }) => notNull)
  const values = columns.map(({ name, type }) => (name === 'site_id' ? `'${site}'` : content.get(type)))
  return `INSERT INTO lares."${table.name}" (${columns.map(({ name }) => `"${name}"`)}) VALUES (${values})`
}

describe.each(VERSIONS)('row level security on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  const lines = new Map<Who, string>()
  let admin = ''
  let site = ''

  const as = <T>(who: Who, work: (client: Client) => Promise<T>): Promise<T> => connected(lines.get(who) ?? '', work)

  beforeAll(async () => {
    admin = await central.migrated()
    await withCentral(admin, async (client) => {
      const line = (login: { role: string; password: string } | null) =>
        linesFrom(admin)(login?.role ?? '', login?.password ?? '')
      const own = await addSite(client, 'own')
      site = own.site_id
      lines.set('own', line(own))
      lines.set('foreign', line(await addSite(client, 'foreign')))
      lines.set('granted', line(await grantPerson(client, 'granted', 'own')))
      lines.set('not granted', line(await grantPerson(client, 'not_granted', 'foreign')))
      await client.query("CREATE ROLE nobody LOGIN PASSWORD 'n'")
      lines.set('nobody', linesFrom(admin)('nobody', 'n'))
      for (const table of TABLES) await client.query(insertInto(table, site))
      await client.query("SELECT lares.put_row('site:own', 'personas', 'p', '{}')")
      await client.query("SELECT lares.put_row('fleet', 'personas', 'q', '{}')")
    })
  }, 60_000)

  it('is on and forced for every table of the schema, partitions too, and every one belongs to lares_owner', async () => {
    const open = await query(
      admin,
      `SELECT relname FROM pg_class WHERE relnamespace = 'lares'::regnamespace AND relkind IN ('r', 'p')
        AND NOT (relrowsecurity AND relforcerowsecurity AND relowner = 'lares_owner'::regrole)`,
    )
    expect(open).toEqual([])
  })

  it('comes with no right to delete, truncate or refer, and none on a partition, for anybody but the owner', async () => {
    const rights = await query(
      admin,
      `SELECT c.relname, a.grantee::regrole, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
       WHERE c.relnamespace = 'lares'::regnamespace AND a.grantee <> 'lares_owner'::regrole
         AND (c.relispartition OR a.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE') OR a.grantee = 0)`,
    )
    expect(rights).toEqual([])
  })

  it('leaves six functions to logins and none to everybody', async () => {
    const rights = await query(
      admin,
      `SELECT p.proname, CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END AS grantee
       FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
       WHERE p.pronamespace = 'lares'::regnamespace AND a.grantee <> 'lares_owner'::regrole ORDER BY 1, 2`,
    )
    expect(rights).toEqual([
      { proname: 'ensure_partitions', grantee: 'lares_site' },
      { proname: 'erase_from_house', grantee: 'lares_site' },
      { proname: 'erased_by_others', grantee: 'lares_site' },
      { proname: 'erased_from_house', grantee: 'lares_site' },
      { proname: 'row_hash', grantee: 'lares_person' },
      { proname: 'row_hash', grantee: 'lares_site' },
    ])
  })

  it('pins the search path of every function', async () => {
    expect(
      await query(
        admin,
        `SELECT proname FROM pg_proc WHERE pronamespace = 'lares'::regnamespace
          AND NOT coalesce(proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)`,
      ),
    ).toEqual([])
  })

  describe.each(TABLES.map((table) => [table.name, table] as const))('on %s', (name, table) => {
    const partition = `lares."${name}_2026_02"`
    const rest = `lares."${name}_default"`
    const change = isVersioned(table)
      ? `UPDATE lares."${name}" SET sync_seq = sync_seq + 1`
      : `UPDATE lares."${name}" SET extra = '{}'`
    const fresh = (id: string) => insertInto(table, id, SECOND)
    const STATEMENTS: [name: string, text: () => string][] = [
      ['select', () => `SELECT FROM lares."${name}"`],
      ['insert', () => fresh(site)],
      ['update', () => change],
      ['steal', () => `${change}, site_id = gen_random_uuid()`],
      ['delete', () => `DELETE FROM lares."${name}"`],
      ['truncate', () => `TRUNCATE lares."${name}"`],
      ['copy', () => `COPY lares."${name}" FROM STDIN`],
      ...(table.partition === null
        ? []
        : ([
            ['select from partition', () => `SELECT FROM ${partition}`],
            ['insert into partition', () => fresh(site).replace(`lares."${name}"`, partition)],
            ['delete from partition', () => `DELETE FROM ${partition}`],
            ['drop partition', () => `DROP TABLE ${partition}`],
            ['detach partition', () => `ALTER TABLE lares."${name}" DETACH PARTITION ${partition}`],
            ['select from default', () => `SELECT FROM ${rest}`],
            ['delete from default', () => `DELETE FROM ${rest}`],
          ] as [string, () => string][])),
    ]
    const everything = (value: string) => Object.fromEntries(STATEMENTS.map(([statement]) => [statement, value]))

    const EXPECTED: [Who, Record<string, number | string>][] = [
      [
        'own',
        {
          ...everything(REFUSED),
          select: 1,
          insert: 1,
          update: isVersioned(table) ? 1 : REFUSED,
          // COPY FROM is not possible where there is row level security (0A000), granted or not.
          copy: '0A000',
        },
      ],
      [
        'foreign',
        {
          ...everything(REFUSED),
          select: 0,
          update: isVersioned(table) ? 0 : REFUSED,
          steal: isVersioned(table) ? 0 : REFUSED,
          copy: '0A000',
        },
      ],
      ['granted', { ...everything(REFUSED), select: 1 }],
      ['not granted', { ...everything(REFUSED), select: 0 }],
      ['nobody', everything(REFUSED)],
    ]

    it.each(EXPECTED)('does the right thing for: %s', async (who, expected) => {
      const found = await as(who, async (client) => {
        const results: Record<string, number | string> = {}
        for (const [statement, text] of STATEMENTS) results[statement] = await outcome(client, text())
        return results
      })
      expect(found).toEqual(expected)
    })
  })

  it('lets a site write a staged batch, and nothing under the name of another', async () => {
    await as('own', async (client) => {
      await client.query('BEGIN')
      await client.query('CREATE TEMPORARY TABLE stage (id bigint, at timestamptz, value float8) ON COMMIT DROP')
      await client.query(`INSERT INTO stage SELECT n, '${MONTH}', n FROM generate_series(100, 109) n`)
      const merge = `INSERT INTO lares.readings (site_id, epoch, id, reading_time, value)
        SELECT $1, 0, id, at, value FROM stage ORDER BY id ON CONFLICT DO NOTHING`
      expect((await client.query(merge, [site])).rowCount).toBe(10)
      expect((await client.query(merge, [site])).rowCount).toBe(0)
      await client.query('SAVEPOINT before')
      const [foreign] = await query<{ site_id: string }>(
        admin,
        "SELECT site_id FROM lares.sites WHERE name = 'foreign'",
      )
      await expect(client.query(merge, [foreign?.site_id])).rejects.toMatchObject({ code: REFUSED })
      await client.query('ROLLBACK')
    })
  })

  it('shows of sites, grants, cursors and scopes only what is one’s own', async () => {
    const seen = (who: Who) =>
      as(who, async (client) => {
        const list = async (text: string) => (await client.query<{ v: string }>(text)).rows.map(({ v }) => v)
        return {
          sites: await list('SELECT name AS v FROM lares.sites'),
          grants: await list('SELECT grantee AS v FROM lares.site_grants'),
          scopes: await list('SELECT scope AS v FROM lares.scopes ORDER BY 1'),
          scopeSites: await list('SELECT scope AS v FROM lares.scope_sites ORDER BY 1'),
          rows: await list('SELECT row_key AS v FROM lares.scope_rows ORDER BY 1'),
        }
      })
    const own = { scopes: ['fleet', 'site:own'], scopeSites: ['fleet', 'site:own'], rows: ['p', 'q'] }
    const foreign = { scopes: ['fleet', 'site:foreign'], scopeSites: ['fleet', 'site:foreign'], rows: ['q'] }
    expect(await seen('own')).toEqual({ sites: ['own'], grants: [expect.stringContaining('lares_site_own_')], ...own })
    expect(await seen('foreign')).toMatchObject({ sites: ['foreign'], ...foreign })
    expect(await seen('granted')).toEqual({ sites: ['own'], grants: ['granted'], ...own })
    expect(await seen('not granted')).toEqual({ sites: ['foreign'], grants: ['not_granted'], ...foreign })
  })

  it.each([
    ['erase', "SELECT lares.erase(site_id, 'site', 'x', 'y') FROM lares.sites"],
    ['erase rows', "SELECT lares.erase_rows(site_id, 'devices', 'true', '{}') FROM lares.sites"],
    ['put a row', "SELECT lares.put_row('fleet', 'personas', 'p', '{}')"],
    ['remove a row', "SELECT lares.remove_row('fleet', 'personas', 'q')"],
    ['add a month', "SELECT lares.add_month('readings', '2030-01-01')"],
    ['grant itself a site', "INSERT INTO lares.site_grants SELECT 'x', site_id, 'site' FROM lares.sites"],
    ['widen its grant', 'UPDATE lares.site_grants SET site_id = gen_random_uuid()'],
    ['grant itself a scope', "INSERT INTO lares.scope_sites SELECT 'other', site_id FROM lares.sites"],
    ['write a row of a scope', "UPDATE lares.scope_rows SET row = '{}'"],
    ['move a scope', 'UPDATE lares.scopes SET counter = 0'],
    ['rename its site', "UPDATE lares.sites SET name = 'x'"],
    ['make a site', "INSERT INTO lares.sites (name) VALUES ('x')"],
    ['delete its cursor', 'DELETE FROM lares.sync_cursors'],
    ['delete what is quarantined', 'DELETE FROM lares.sync_quarantine'],
    ['read erasures', 'SELECT FROM lares.erasures'],
    ['write a migration', "INSERT INTO lares.schema_migrations VALUES ('x', 'y')"],
    ['make a table', 'CREATE TABLE lares.x ()'],
    ['switch it off', 'ALTER TABLE lares.devices DISABLE ROW LEVEL SECURITY'],
    ['become the owner', 'SET ROLE lares_owner'],
  ])('lets neither a site nor a person %s', async (_, text) => {
    for (const who of ['own', 'granted'] as const)
      expect(await as(who, (client) => outcome(client, text))).toBe(REFUSED)
  })

  it('is not gone for who becomes the group', async () => {
    await as('own', async (client) => {
      await client.query('SET ROLE lares_site')
      expect((await client.query('SELECT FROM lares.devices')).rowCount).toBe(0)
    })
  })

  it('lets a site keep its own cursors, lease and quarantine, and a person not see the bytes', async () => {
    await as('own', async (client) => {
      const one = async (text: string) => expect(await outcome(client, text, [site])).toBe(1)
      await one('UPDATE lares.sites SET epoch = 1, lease = gen_random_uuid(), lease_at = now() WHERE site_id = $1')
      await one("INSERT INTO lares.sync_cursors (site_id, epoch, stream) VALUES ($1, 0, 'readings')")
      await one("INSERT INTO lares.scope_states (site_id, scope) VALUES ($1, 'fleet')")
      await client.query(
        `INSERT INTO lares.sync_quarantine (site_id, epoch, stream, table_name, row_key, code, reason, raw)
         VALUES ($1, 0, 'changes', 'messages', 'k', '22021', 'NUL', 'x')`,
        [site],
      )
      await one("UPDATE lares.sync_quarantine SET resolution = 'discarded', resolved_at = now() WHERE site_id = $1")
    })
    await as('granted', async (client) => {
      expect(await outcome(client, 'SELECT reason FROM lares.sync_quarantine')).toBe(1)
      expect(await outcome(client, 'SELECT raw FROM lares.sync_quarantine')).toBe(REFUSED)
      expect(await outcome(client, 'SELECT lease FROM lares.sites')).toBe(REFUSED)
      expect(await outcome(client, 'SELECT FROM lares.sync_cursors')).toBe(REFUSED)
    })
    expect(await as('foreign', (client) => outcome(client, 'SELECT FROM lares.sync_quarantine'))).toBe(0)
  })

  it('does not let a ledger that is out of balance be written', async () => {
    const text =
      "INSERT INTO lares.sync_cursors (site_id, epoch, stream, rows, merged) VALUES ($1, 0, 'readings', 2, 1)"
    expect(await as('own', (client) => outcome(client, text, [site]))).toBe('23514')
  })
})
