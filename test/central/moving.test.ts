import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCentral } from '../../central/main.ts'
import { query, useCentral, VERSIONS } from './postgres-servers.ts'

interface Login {
  role: string
  url: string
  site_id: string
}

/** A verb as a person types it; returns its answer. */
async function run<T>(url: string, ...argv: string[]): Promise<T> {
  const out: string[] = []
  const err: string[] = []
  const take = (to: string[]) => (text: string) => void to.push(text)
  const code = await runCentral([...argv, '--json'], { env: { LARES_CENTRAL: url }, out: take(out), err: take(err) })
  expect({ code, err: err.join('') }).toEqual({ code: 0, err: '' })
  return JSON.parse(out.join('')) as T
}

/** A program of Debian's postgresql-client, as docs/operations.md says it. */
function tool(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

const DUMP = ['--format=custom']
/** What the documents say for an administrator who is no superuser: row level security holds for the owner, too. */
const DUMP_AS_OWNER = [...DUMP, '--enable-row-security', '--role=lares_owner']
const RESTORE = ['--exit-on-error', '--no-owner', '--role=lares_owner', '--schema=lares']

const folder = mkdtempSync(join(tmpdir(), 'lares-moving-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A plain administrator, as a managed Postgres gives its customers. */
async function keeperOf(superuser: string, database: string): Promise<void> {
  await query(superuser, "CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'keep'").catch(() => [])
  await query(superuser, `GRANT CREATE ON DATABASE ${database} TO keeper`)
}

describe.each(['superuser', 'role with CREATEROLE'] as const)('a central whose administrator is a %s', (who) => {
  const source = useCentral('15', { template: false })
  const targets = VERSIONS.map((version) => ({ version, central: useCentral(version, { template: false }) }))
  const younger = useCentral('18', { template: false })
  const dump = join(folder, `${who}.dump`)
  let admin = ''
  let home: Login
  let roles = ''

  /** A database, and its administrator's address. */
  async function database({ server }: (typeof targets)[number]['central']): Promise<string> {
    const name = await server.freshDatabase()
    if (who === 'superuser') return server.url(name)
    await keeperOf(server.url(), name)
    return server.url(name, 'keeper', 'keep')
  }

  /** What a site has, as it sees it itself. */
  const seen = (line: string) =>
    query(
      line,
      "SELECT (SELECT string_agg(name, ',') FROM lares.sites) AS sites, (SELECT count(*)::integer FROM lares.houses) AS houses, (SELECT count(*)::integer FROM lares.events) AS events",
    )

  beforeAll(async () => {
    admin = await database(source)
    await run(admin, 'migrate')
    home = await run<Login>(admin, 'add-site', 'home')
    const lake = await run<Login>(admin, 'add-site', 'lake')
    for (const { url, site_id } of [home, lake]) {
      await query(url, "INSERT INTO lares.houses (site_id, id, sync_epoch, sync_seq) VALUES ($1, 'h', 0, 1)", [site_id])
      await query(
        url,
        "INSERT INTO lares.events (site_id, epoch, id, category, created_at, sync_epoch, sync_seq) VALUES ($1, 0, 1, 'audit', '2026-01-01', 0, 2)",
        [site_id],
      )
    }
    await run(admin, 'grant-person', 'anna', 'home')
    tool('pg_dump', ...(who === 'superuser' ? DUMP : DUMP_AS_OWNER), `--file=${dump}`, `--dbname=${admin}`)
    roles = tool('pg_dumpall', '--roles-only', `--dbname=${source.server.url()}`)
  }, 120_000)

  it.each(targets)(
    'is restored from a dump into PostgreSQL $version, which has none of its roles, and every login is made anew by a command',
    async ({ central }) => {
      const url = await database(central)
      await run(url, 'prepare')
      tool('pg_restore', ...RESTORE, `--dbname=${url}`, dump)
      const { logins, applied } = await run<{ logins: unknown; applied: string[] }>(url, 'migrate')
      expect(applied).toEqual([])
      expect(logins).toEqual({ joined: [], missing: { sites: ['home', 'lake'], people: ['anna'] }, refused: [] })
      const line = (await run<Login>(url, 'rotate-site', 'home')).url
      expect(await seen(line)).toEqual([{ sites: 'home', houses: 1, events: 1 }])
      await expect(query(line, 'DELETE FROM lares.houses')).rejects.toMatchObject({ code: '42501' })
      await expect(query(line, "UPDATE lares.events SET title = 'x'")).rejects.toMatchObject({ code: '23000' })
      const reader = (await run<Login>(url, 'grant-person', 'anna', 'home')).url
      expect(await seen(reader)).toEqual([{ sites: 'home', houses: 1, events: 1 }])
      expect(await run<{ logins: unknown }>(url, 'migrate')).toMatchObject({ logins: { missing: { sites: ['lake'] } } })
    },
    60_000,
  )

  it('is moved with its roles to PostgreSQL 18: memberships that got lost are put back, and the old lines are good', async () => {
    // As psql does it that goes on after an error: who granted what on the old server may not do so on the new one. Only the
    // password of the new server's superuser is left alone, with which this test goes on.
    for (const statement of roles.split(/;\n/))
      if (!statement.includes('ROLE postgres')) await query(younger.server.url(), statement).catch(() => [])
    const url = younger.server.url(await younger.server.freshDatabase())
    await run(url, 'prepare')
    tool('pg_restore', ...RESTORE, `--dbname=${url}`, dump)
    const moved = new URL(home.url)
    moved.port = new URL(url).port
    moved.pathname = new URL(url).pathname
    if (who !== 'superuser') await expect(seen(moved.href)).rejects.toMatchObject({ code: '42501' })
    const { logins } = await run<{ logins: { joined: string[] } }>(url, 'migrate')
    expect(logins).toMatchObject({ missing: { sites: [], people: [] }, refused: [] })
    if (who !== 'superuser') expect(logins.joined).toContain(home.role)
    expect(await seen(moved.href)).toEqual([{ sites: 'home', houses: 1, events: 1 }])
  }, 60_000)
})

describe.each(VERSIONS)('on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  let url = ''
  beforeAll(async () => {
    url = await central.migrated()
  })

  it('a login that lost its group gets it back with a new password, and by migrate', async () => {
    const site = await run<Login>(url, 'add-site', 'lost')
    const sees = (line: string) => query(line, 'SELECT name FROM lares.sites')
    for (const verb of [['rotate-site', 'lost'], ['migrate']]) {
      await query(url, `REVOKE lares_site FROM ${site.role}`)
      const { url: line } = await run<Partial<Login>>(url, ...verb)
      site.url = line ?? site.url
      expect(await sees(site.url)).toEqual([{ name: 'lost' }])
    }
  })

  it('times are read right under any DateStyle', async () => {
    const { site_id } = await run<Login>(url, 'add-site', 'dated')
    await query(url, "UPDATE lares.sites SET seen_at = '2026-02-03T04:05:06Z' WHERE site_id = $1", [site_id])
    const database = new URL(url).pathname.slice(1)
    for (const style of ['German, DMY', 'SQL, DMY', 'SQL, MDY', 'Postgres, DMY', 'ISO, YMD']) {
      await query(url, `ALTER DATABASE ${database} SET datestyle = '${style}'`)
      const sites = await run<{ name: string; seen_at: string }[]>(url, 'list-sites')
      expect([style, sites.find(({ name }) => name === 'dated')?.seen_at]).toEqual([style, '2026-02-03T04:05:06.000Z'])
    }
    await query(url, `ALTER DATABASE ${database} RESET datestyle`)
  })

  it('the name of a site that was removed is free, and the new one has nothing of the old one', async () => {
    const before = await run<Login>(url, 'add-site', 'cabin')
    await query(before.url, "INSERT INTO lares.houses (site_id, id, sync_epoch, sync_seq) VALUES ($1, 'h', 0, 1)", [
      before.site_id,
    ])
    await query(url, `SELECT lares.put_row('site:cabin', 'personas', 'p', '{"id": "p"}')`)
    await run(url, 'remove-site', 'cabin', '--yes')
    const after = await run<Login>(url, 'add-site', 'cabin')
    expect(after.site_id).not.toBe(before.site_id)
    expect(
      await query(
        after.url,
        'SELECT (SELECT count(*) FROM lares.houses)::integer AS houses, (SELECT count(*) FROM lares.scope_rows)::integer AS rows',
      ),
    ).toEqual([{ houses: 0, rows: 0 }])
    const cabins = (
      await run<{ name: string; site_id: string; removed_at: string | null }[]>(url, 'list-sites')
    ).filter(({ name }) => name === 'cabin')
    expect(cabins.map(({ removed_at }) => removed_at === null).sort()).toEqual([false, true])
    // The name means the one that is there; the other is found by its id.
    expect(await run<Login>(url, 'rotate-site', 'cabin')).toMatchObject({ role: after.role })
    expect(await run(url, 'remove-site', before.site_id, '--erase', '--yes')).toMatchObject({ erased: 1 })
    await run(url, 'remove-site', 'cabin', '--yes')
    await run(url, 'remove-site', 'cabin', '--yes')
    await run(url, 'add-site', 'cabin')
  })
})
