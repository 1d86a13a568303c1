import { Client } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { runCentral } from '../../central/main.ts'
import type { Screen } from '../../shared/terminal/render.ts'
import { widthOf } from '../../shared/terminal/text-width.ts'
import { connected, query, useCentral, VERSIONS } from './postgres-servers.ts'

/** Runs a verb as a person does; returns what it printed. */
async function run(url: string, argv: string[], input = '', screen?: Screen) {
  let out = ''
  let err = ''
  const code = await runCentral(argv, {
    env: { LARES_CENTRAL: url },
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    readInput: () => input,
    ...(screen ? { screen } : {}),
  })
  return { code, out, err }
}

async function answer<T>(url: string, argv: string[], input = ''): Promise<T> {
  const { code, out, err } = await run(url, [...argv, '--json'], input)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as T
}

interface AddedSite {
  site_id: string
  role: string
  url: string
}

/** The one who migrates: a superuser, or what a managed Postgres gives its customers. */
const ADMINS = ['superuser', 'plain role'] as const
const CASES = VERSIONS.flatMap((version) => ADMINS.map((admin) => [version, admin] as const))

describe.each(CASES)('lares central on PostgreSQL %s as %s', (version, admin) => {
  const central = useCentral(version, { template: admin === 'superuser' })
  let url = ''

  beforeAll(async () => {
    if (admin === 'superuser') {
      url = await central.migrated()
      return
    }
    const database = await central.server.freshDatabase()
    const superuser = central.server.url()
    await query(superuser, "CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'keep'")
    await query(superuser, `GRANT CREATE ON DATABASE ${database} TO keeper`)
    url = central.server.url(database, 'keeper', 'keep')
    expect(await run(url, ['migrate'])).toMatchObject({ code: 0, out: expect.stringContaining('0001_tables') })
  }, 60_000)

  it('migrates twice without a change', async () => {
    const logins = { joined: [], missing: { sites: [], people: [] }, refused: [] }
    expect(await answer(url, ['migrate'])).toEqual({ applied: [], partitions: 0, logins })
  })

  it('adds a site whose line lets its hub in, and prints the password once', async () => {
    const { out, code } = await run(url, ['add-site', 'Lake house'])
    expect(code).toBe(0)
    // The line stands alone at the end, as it belongs into central.url.
    const line = out.trim().split('\n').at(-1) ?? ''
    expect(line).toMatch(/^postgres:\/\/\S+$/)
    const { password, username } = new URL(line)
    expect(username).toMatch(/^lares_site_lake_house_[0-9a-f]{8}$/)
    expect(out.split(password)).toHaveLength(2)
    expect(await query(line, 'SELECT name FROM lares.sites')).toEqual([{ name: 'Lake house' }])
    expect(await query(line, 'SELECT scope FROM lares.scopes ORDER BY 1')).toEqual([
      { scope: 'fleet' },
      { scope: 'site:Lake house' },
    ])
    expect(await run(url, ['add-site', 'Lake house'])).toMatchObject({
      code: 5,
      err: expect.stringMatching(/there is a site Lake house already.*\n.*rotate-site.*already_exists/),
    })
  })

  it('lists what sites have sent', async () => {
    const site = await answer<AddedSite>(url, ['add-site', 'lister'])
    await query(
      site.url,
      `INSERT INTO lares.sync_cursors (site_id, epoch, stream, upto, position, rows, merged) VALUES ($1, 0, 'readings', 90, 40, 3, 3)`,
      [site.site_id],
    )
    const sites = await answer<{ name: string }[]>(url, ['list-sites'])
    expect(sites.find(({ name }) => name === 'lister')).toMatchObject({
      site_id: site.site_id,
      role: site.role,
      streams: 1,
      rows: 3,
      backfill: 50,
      quarantined: 0,
      seen_at: null,
    })
    expect((await run(url, ['list-sites'])).out).toContain(site.role)
    for (const width of [60, 80, 120]) {
      const { out } = await run(url, ['list-sites'], '', { width, now: Date.now(), isTerminal: false })
      for (const line of out.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width)
      expect(out).not.toMatch(/\d{4}-\d\d-\d\dT/)
    }
  })

  it('gives a site a new password, and ends what the old one had opened', async () => {
    const site = await answer<AddedSite>(url, ['add-site', 'rotated'])
    const open = new Client({ connectionString: site.url })
    const ended = new Promise((resolve) => open.on('error', resolve))
    await open.connect()
    const rotated = await answer<AddedSite & { ended: number }>(url, ['rotate-site', 'rotated'])
    expect(rotated).toMatchObject({ role: site.role, ended: 1 })
    await ended
    await expect(query(site.url, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    expect(await query(rotated.url, 'SELECT name FROM lares.sites')).toEqual([{ name: 'rotated' }])
  })

  it('shuts a site out and keeps its rows, or erases them', async () => {
    const site = await answer<AddedSite>(url, ['add-site', 'removed'])
    await query(site.url, "INSERT INTO lares.houses (site_id, id, sync_epoch, sync_seq) VALUES ($1, 'h', 0, 1)", [
      site.site_id,
    ])
    for (const yes of [[], ['--yes']])
      expect(await run(url, ['remove-site', 'removed', '--reason', 'moved', ...yes])).toMatchObject({
        code: 2,
        err: expect.stringContaining('--reason says why rows are erased'),
      })
    expect((await run(url, ['remove-site', 'removed', '--yes'])).out).toContain('its rows stay')
    await expect(query(site.url, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
    const left = () => answer<{ name: string; role: string | null; removed_at: string | null }[]>(url, ['list-sites'])
    expect((await left()).find(({ name }) => name === 'removed')).toMatchObject({
      role: null,
      removed_at: expect.any(String),
    })
    expect(await run(url, ['rotate-site', 'removed'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('was removed and has no login'),
    })
    const erase = ['remove-site', 'removed', '--erase']
    const asked = await run(url, erase)
    expect(asked).toMatchObject({ code: 5, out: '', err: expect.stringContaining('and 1 row of it will be gone') })
    expect(asked.err).toContain('--yes')
    expect(await answer(url, ['remove-site', 'removed', '--erase', '--yes'])).toMatchObject({ erased: 1 })
  })

  it('lets a person read a site until it is revoked', async () => {
    const site = await answer<AddedSite>(url, ['add-site', 'visited'])
    await answer(url, ['add-site', 'private'])
    const name = `anna_${admin === 'superuser' ? 's' : 'p'}`
    const { url: line } = await answer<{ url: string }>(url, ['grant-person', name, 'visited'])
    expect(await query(line, 'SELECT name FROM lares.sites')).toEqual([{ name: 'visited' }])
    // A second site needs no second password.
    expect(await answer(url, ['grant-person', name, 'private'])).toMatchObject({ url: null })
    expect(await query(line, 'SELECT name FROM lares.sites')).toHaveLength(2)
    expect(await answer(url, ['revoke-person', name, 'private'])).toMatchObject({ left: 1 })
    expect(await query(line, 'SELECT site_id FROM lares.site_grants')).toEqual([{ site_id: site.site_id }])
    expect(await answer(url, ['revoke-person', name, 'visited'])).toMatchObject({ left: 0 })
    await expect(query(line, 'SELECT name FROM lares.sites')).rejects.toMatchObject({ code: '42501' })
    expect(await run(url, ['revoke-person', name, 'visited'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('was not granted the site visited'),
    })
  })

  it('does not mix the logins of people and sites', async () => {
    const site = await answer<AddedSite>(url, ['add-site', 'mixed'])
    for (const name of [site.role, 'lares_owner', 'pg_read_all_data', 'Robert"; DROP ROLE'])
      expect(await run(url, ['grant-person', name, 'mixed'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('bad_params'),
      })
  })

  it('puts rows into scopes and takes them out', async () => {
    const site = await answer<AddedSite>(url, ['add-site', 'scoped'])
    const persona = JSON.stringify({ id: 'butler', name: 'Butler', priority: 2, tags: ['polite'], is_active: true })
    const put = ['put', 'site:scoped', 'personas', '-']
    expect(await answer(url, put, persona)).toMatchObject({ key: 'butler', seq: 1 })
    expect(await answer(url, put, persona)).toMatchObject({ seq: 1 })
    // A persona brings its version: what it is, under the number that sessions will name.
    const version = { id: 'butler@1.0.0', persona_id: 'butler', version: '1.0.0' }
    const artifacts = { name: 'Butler', priority: 2, tags: ['polite'] }
    const rows = await query(site.url, "SELECT row FROM lares.scope_rows WHERE scope = 'site:scoped' ORDER BY seq")
    expect(rows).toMatchObject([{ row: JSON.parse(persona) }, { row: { ...version, artifacts } }])
    const remove = ['remove', 'site:scoped', 'personas', 'butler']
    expect(await run(url, remove)).toMatchObject({ code: 5, err: expect.stringContaining('row butler of personas') })
    expect(await answer(url, [...remove, '--yes'])).toMatchObject({ seq: 3 })
    expect(await run(url, [...remove, '--yes'])).toMatchObject({ code: 3 })
    expect(await answer(url, ['grant-scope', 'lakes', 'scoped'])).toMatchObject({ made: true })
    expect(await answer(url, ['grant-scope', 'lakes', 'scoped'])).toMatchObject({ made: false })
    const scopes = await answer<{ scope: string }[]>(url, ['scopes'])
    expect(scopes.find(({ scope }) => scope === 'site:scoped')).toEqual({
      scope: 'site:scoped',
      counter: 3,
      rows: 1,
      sites: ['scoped'],
      behind: ['scoped'],
      refused: [],
    })
    await answer(url, ['revoke-scope', 'lakes', 'scoped'])
    expect(await query(site.url, "SELECT scope FROM lares.scopes WHERE scope = 'lakes'")).toEqual([])
  })

  it.each([
    ['a table that houses manage', 'devices', '{"id":"x"}', /central manages no rows of devices\n.*personas/],
    ['no object', 'personas', '["x"]', /a row of personas is one JSON object/],
    ['no JSON', 'personas', '{', /standard input is no JSON/],
    ['no key', 'personas', '{"name":"x"}', /lacks its key id/],
    ['an unknown column', 'personas', '{"id":"x","colour":"red"}', /no column colour/],
    ['a secret column', 'users', '{"id":"x","password_hash":"y"}', /no column password_hash/],
    ['who manages it', 'users', '{"id":"x","managed_by":"central"}', /no column managed_by/],
    ['a text for a number', 'personas', '{"id":"x","priority":"high"}', /personas\.priority is a whole number/],
    ['a date in words', 'personas', '{"id":"x","created_at":"2026-01-01"}', /whole milliseconds/],
    ['a NUL', 'personas', '{"id":"x","name":"a\\u0000b"}', /cannot keep/],
    ['half a surrogate pair', 'personas', '{"id":"x","tags":["\\ud800"]}', /cannot keep/],
  ])('refuses to put %s', async (_, table, input, words) => {
    await answer(url, ['grant-scope', 'strict', (await answer<{ name: string }[]>(url, ['list-sites']))[0]?.name ?? ''])
    expect(await run(url, ['put', 'strict', table, '-'], input)).toMatchObject({
      code: 2,
      err: expect.stringMatching(words),
    })
  })

  it('names a scope, site or file that is not there', async () => {
    const cases: [string[], RegExp][] = [
      [['put', 'nowhere', 'personas', '-'], /there is no scope nowhere/],
      [['put', 'fleet', 'personas', '/nowhere/row.json'], /\/nowhere\/row.json cannot be read/],
      [['rotate-site', 'nowhere'], /no site nowhere\n.*list-sites/],
      [['erase', 'nowhere', 'device', 'x', '--reason', 'r'], /no site nowhere/],
    ]
    for (const [argv, words] of cases)
      expect(await run(url, argv, '{"id":"x"}')).toMatchObject({ code: 3, err: expect.stringMatching(words) })
  })

  it('erases a device with all it owns, and writes down why', async () => {
    const site = await answer<AddedSite>(url, ['add-site', 'erased'])
    const other = await answer<AddedSite>(url, ['add-site', 'untouched'])
    for (const { site_id, url: line } of [site, other]) await fill(line, site_id)
    const erase = ['erase', 'erased', 'device', 'd1', '--reason', 'sold']
    expect(await run(url, erase.slice(0, 4))).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reason is missing'),
    })
    // d1: device, entity, series, 2 readings, event, session, message, quarantined row
    const asked = await run(url, erase)
    expect(asked).toMatchObject({ code: 5, out: '', err: expect.stringContaining('9 rows of the device d1') })
    expect(await counts(site.url)).toEqual(await counts(other.url))
    expect(await answer(url, [...erase, '--yes'])).toMatchObject({ rows: 9 })
    expect(await counts(site.url)).toEqual({
      devices: 1,
      device_entities: 0,
      reading_series: 1,
      readings: 1,
      events: 1,
      sessions: 0,
      messages: 0,
      users: 1,
      sync_quarantine: 0,
    })
    expect(await query(site.url, 'SELECT hub_id, owner_id FROM lares.devices')).toEqual([
      { hub_id: null, owner_id: 'u1' },
    ])
    expect(await counts(other.url)).toMatchObject({ devices: 2, readings: 3, events: 2, messages: 1 })
    expect(await answer(url, ['erase', 'erased', 'user', 'u1', '--reason', 'asked', '--yes'])).toMatchObject({
      rows: 2,
    })
    expect(await query(site.url, 'SELECT owner_id FROM lares.devices')).toEqual([{ owner_id: null }])
    const notes = await asAdmin(url, 'SELECT what, key, reason, rows::integer, by_role FROM lares.erasures ORDER BY id')
    expect(notes.slice(-2)).toMatchObject([
      { what: 'device', key: 'd1', reason: 'sold', rows: 9 },
      { what: 'user', key: 'u1', reason: 'asked', rows: 2, by_role: new URL(url).username },
    ])
  })
})

/** Two devices of a house: d1 with everything, d2 that was reached through d1 and has one reading and event. */
async function fill(line: string, site: string) {
  const statements = [
    "INSERT INTO lares.users (site_id, id, sync_epoch, sync_seq) VALUES ($1, 'u1', 0, 1)",
    "INSERT INTO lares.devices (site_id, id, hub_id, owner_id, sync_epoch, sync_seq) VALUES ($1, 'd1', NULL, 'u1', 0, 1), ($1, 'd2', 'd1', 'u1', 0, 2)",
    "INSERT INTO lares.device_entities (site_id, id, device_id, sync_epoch, sync_seq) VALUES ($1, 'e1', 'd1', 0, 3)",
    "INSERT INTO lares.reading_series (site_id, epoch, id, device_id) VALUES ($1, 0, 1, 'd1'), ($1, 0, 2, 'd2')",
    "INSERT INTO lares.readings (site_id, epoch, id, series_epoch, series_id, reading_time, value) VALUES ($1, 0, 1, 0, 1, '2026-01-01', 1), ($1, 0, 2, 0, 1, '1970-01-01', 2), ($1, 0, 3, 0, 2, '2026-01-01', 3)",
    "INSERT INTO lares.events (site_id, epoch, id, device_id, user_id, created_at, sync_epoch, sync_seq) VALUES ($1, 0, 1, 'd1', NULL, '2026-01-01', 0, 4), ($1, 0, 2, 'd2', 'u1', '2026-01-01', 0, 5)",
    "INSERT INTO lares.sessions (site_id, id, device_id, user_id, sync_epoch, sync_seq) VALUES ($1, 's1', 'd1', 'u1', 0, 6)",
    "INSERT INTO lares.messages (site_id, id, session_id, sync_epoch, sync_seq) VALUES ($1, 'm1', 's1', 0, 7)",
    `INSERT INTO lares.sync_quarantine (site_id, epoch, stream, table_name, row_key, code, reason, raw) VALUES ($1, 0, 'changes', 'messages', 'm9', '22021', 'NUL', '{"device":"d1"}')`,
  ]
  await connected(line, async (client) => {
    for (const statement of statements) await client.query(statement, [site])
  })
}

async function counts(line: string): Promise<Record<string, number>> {
  const names = 'devices device_entities reading_series readings events sessions messages users sync_quarantine'.split(
    ' ',
  )
  const list = names.map((name) => `(SELECT count(*)::integer FROM lares.${name}) AS ${name}`)
  return (await query<Record<string, number>>(line, `SELECT ${list}`))[0] ?? {}
}

async function asAdmin(url: string, text: string) {
  return connected(url, async (client) => {
    await client.query('SET ROLE lares_owner')
    return (await client.query(text)).rows
  })
}

describe('lares central without a way in', () => {
  it.each([
    ['no address', '', ['list-sites'], /address of central is not known\n.*LARES_CENTRAL/],
    ['another kind of address', 'mysql://x/y', ['list-sites'], /not one of Postgres/],
    ['nobody there', 'postgres://u:secret-word@127.0.0.1:1/d', ['list-sites'], /does not answer at u@127.0.0.1:1\/d/],
    ['an unknown verb', 'postgres://x/y', ['dance'], /knows no dance/],
    ['too few parameters', 'postgres://x/y', ['add-site'], /the name is missing\n.*add-site <name>/],
    ['a password on the command line', '', ['list-sites', '--url', 'postgres://u:secret-word@h/d'], /holds a password/],
  ])('explains %s', async (_, url, argv, words) => {
    const { code, err } = await run(url, argv)
    expect(code).toBeGreaterThan(0)
    expect(err).toMatch(words)
    expect(err).not.toContain('secret-word')
  })

  it('shows its help', async () => {
    const { code, out } = await run('', ['--help'])
    expect(code).toBe(0)
    for (const verb of ['migrate', 'add-site <name>', 'erase <site> <what> <key>']) expect(out).toContain(verb)
  })
})

describe.each(VERSIONS)('a database of PostgreSQL %s that is not ready', (version) => {
  const central = useCentral(version, { template: false })

  it('is told to be migrated first', async () => {
    const url = central.server.url(await central.server.freshDatabase())
    expect(await run(url, ['list-sites'])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/is not prepared.*\n.*lares central migrate/),
    })
  })

  it('is refused to those without rights, with the remedy', async () => {
    const database = await central.server.freshDatabase()
    await query(central.server.url(), "CREATE ROLE guest LOGIN PASSWORD 'g'")
    expect(await run(central.server.url(database, 'guest', 'g'), ['migrate'])).toMatchObject({
      code: 5,
      err: expect.stringMatching(/central refuses: .*\n.*CREATEROLE/),
    })
    expect(await run(central.server.url(database, 'guest', 'wrong'), ['migrate'])).toMatchObject({
      code: 5,
      err: expect.stringMatching(/does not let guest@.* in\n.*LARES_CENTRAL/),
    })
    expect(await run(central.server.url('nowhere'), ['migrate'])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/no such database/),
    })
  })

  it('never shows a password to the log of the server', async () => {
    await query(central.server.url(), "ALTER SYSTEM SET log_statement = 'all'")
    await query(central.server.url(), 'SELECT pg_reload_conf()')
    const url = central.server.url(await central.server.freshDatabase())
    await answer(url, ['migrate'])
    const site = await answer<AddedSite>(url, ['add-site', 'logged'])
    const rotated = await answer<AddedSite>(url, ['rotate-site', 'logged'])
    const log = central.server.log()
    expect(log).toContain('CREATE ROLE')
    for (const line of [site.url, rotated.url]) expect(log).not.toContain(new URL(line).password)
  })
})
