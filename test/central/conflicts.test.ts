import { describe, expect, it } from 'vitest'
import { runCentral } from '../../central/main.ts'
import { ask, commandInput, data } from '../hub/engine/ask.ts'
import { type HouseWithScopes, useHouses } from '../hub/sync/scopes-at-central.ts'
import { query, useCentral, VERSIONS } from './postgres-servers.ts'

/** Runs a command as a person types it. */
async function type(url: string, argv: string[], input = '') {
  const said = { out: '', err: '' }
  const take = (to: 'out' | 'err') => (text: string) => {
    said[to] += text
  }
  const env = { LARES_CENTRAL: url }
  const code = await runCentral([...argv, '--yes'], {
    env,
    out: take('out'),
    err: take('err'),
    readInput: () => input,
  })
  return { code, ...said }
}

/** The command in a line of advice, as a shell splits it; the advice stands before it. */
function commandIn(text: string): string[] {
  const [, line = ''] = /lares central ([^(\n]*?)(?:\)|\s{2,}|$)/m.exec(text) ?? []
  return Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, bare]) => quoted ?? bare ?? '')
}

function ownAccount({ house }: HouseWithScopes, id: string, email: string): void {
  house.db
    .prepare('INSERT INTO users (id, email, created_at, updated_at) VALUES (?, ?, ?, ?)')
    .run(id, email, house.now, house.now)
}

interface Conflict {
  site: string
  key: string
  state: string
  reason: string
  settle: string[]
}

describe.each(VERSIONS)('unique keys of houses at central, on PostgreSQL %s', (version) => {
  const begin = useHouses(useCentral(version))

  const put = (url: string, scope: string, row: Record<string, unknown>) =>
    type(url, ['put', scope, 'users', '-'], JSON.stringify(row))
  const conflicts = async (url: string) => JSON.parse((await type(url, ['conflicts', '--json'])).out) as Conflict[]

  it('are kept when a scope is granted later, and the remedy that is named works', async () => {
    const { admin } = await begin()
    for (const site of ['lake', 'hill']) await type(admin, ['add-site', site])
    await type(admin, ['grant-scope', 'night shift', 'lake'])
    await type(admin, ['grant-scope', 'day shift', 'hill'])
    expect(await put(admin, 'night shift', { id: 'u1', email: 'desk@example.org' })).toMatchObject({ code: 0 })
    expect(await put(admin, 'day shift', { id: 'u2', email: 'Desk@example.org' })).toMatchObject({ code: 0 })
    const grant = ['grant-scope', 'day shift', 'lake']
    const refused = await type(admin, grant)
    expect(refused).toMatchObject({
      code: 5,
      err: expect.stringMatching(
        /users\.email desk@example\.org is that of u1 in the scope night shift[\s\S]*house lake would have two/,
      ),
    })
    expect(
      await query(
        admin,
        "SELECT FROM lares.scope_sites g JOIN lares.sites s USING (site_id) WHERE s.name = 'lake' AND scope = 'day shift'",
      ),
    ).toHaveLength(0)
    expect(await type(admin, commandIn(refused.err))).toMatchObject({ code: 0 })
    expect(await type(admin, grant)).toMatchObject({ code: 0 })
  })

  it('are kept when a site is added whose own scope was filled before', async () => {
    const { admin } = await begin()
    await type(admin, ['add-site', 'lake'])
    await type(admin, ['grant-scope', 'site:hill', 'lake'])
    await put(admin, 'site:hill', { id: 'u1', email: 'desk@example.org' })
    await type(admin, ['revoke-scope', 'site:hill', 'lake'])
    await put(admin, 'fleet', { id: 'u2', email: 'desk@example.org' })
    const refused = await type(admin, ['add-site', 'hill'])
    expect(refused).toMatchObject({ code: 5, err: expect.stringContaining('The house hill would have two') })
    expect((await type(admin, ['list-sites'])).out).not.toContain('hill')
    expect(await type(admin, commandIn(refused.err))).toMatchObject({ code: 0 })
    expect(await type(admin, ['add-site', 'hill'])).toMatchObject({ code: 0 })
  })

  it('are kept by two who change something at the same moment', async () => {
    const { admin } = await begin()
    await type(admin, ['add-site', 'lake'])
    const scopes = ['a', 'b', 'c', 'd']
    for (const scope of scopes) await type(admin, ['grant-scope', scope, 'lake'])
    const codes = await Promise.all(
      scopes.map((scope) => put(admin, scope, { id: `u-${scope}`, email: 'desk@example.org' })),
    )
    expect(codes.map(({ code }) => code).sort()).toEqual([0, 5, 5, 5])
  })

  it('are those of one house: two houses that have an account of their own for one address are no conflict', async () => {
    const [one, two] = [await begin(), await begin()]
    for (const home of [one, two]) {
      ownAccount(home, 'u-mine', 'kim@example.org')
      home.pump.start()
      await home.settled()
      expect(await conflicts(home.admin)).toEqual([])
      expect(await query(home.admin, "SELECT id FROM lares.users WHERE email = 'kim@example.org'")).toEqual([
        { id: 'u-mine' },
      ])
    }
  })

  it.each(['central', 'house'] as const)(
    'that a house has of its own are told before and after it refuses, and settled for the %s by the command that is named',
    async (keeps) => {
      const home = await begin()
      const { admin } = home
      ownAccount(home, 'u-mine', 'kim@example.org')
      home.pump.start()
      await home.settled()
      await home.kill()
      // Offline, both sides make the same.
      await type(admin, ['grant-scope', 'night shift', 'home'])
      expect((await put(admin, 'night shift', { id: 'u-kim', email: 'kim@example.org' })).out).toMatch(
        /home has users\.email kim@example\.org already, its own u-mine.*lares central conflicts/,
      )
      expect(await conflicts(admin)).toMatchObject([{ site: 'home', key: 'u-kim', state: 'expected' }])
      home.restart()
      expect((await home.taken('night shift')).refused).toHaveLength(1)
      const [conflict] = await conflicts(admin)
      expect(conflict).toMatchObject({ site: 'home', key: 'u-kim', state: 'refused' })
      const { out } = await type(admin, ['conflicts'])
      expect(out).toMatch(
        /^home refused u-kim of users from night shift: users\.email kim@example\.org is that of u-mine/,
      )
      const scopes = await type(admin, ['scopes', '--json'])
      expect(JSON.parse(scopes.out)).toMatchObject([{ scope: 'night shift', refused: ['home'] }])
      const [own = '', central = ''] = conflict?.settle ?? []
      if (keeps === 'house') expect(await type(admin, commandIn(own))).toMatchObject({ code: 0 })
      else {
        expect(central).toMatch(/on the hub of home: {2}lares sync yield users u-kim$/)
        data(ask(home.house, commandInput('sync/yield', { table: 'users', key: 'u-kim' })))
      }
      await home.settled()
      await home.taken('night shift')
      await expect.poll(() => conflicts(admin), { timeout: 10_000 }).toEqual([])
      expect((await type(admin, ['conflicts'])).out).toBe('every house has taken every row\n')
      const after = await type(admin, ['scopes', '--json'])
      expect(JSON.parse(after.out)).toMatchObject([{ refused: [] }])
      // Both sides have the same, and it is one.
      const mine = home.house.all("SELECT id FROM users WHERE email = 'kim@example.org'")
      expect(mine).toEqual([{ id: keeps === 'house' ? 'u-mine' : 'u-kim' }])
      expect(
        await query(admin, "SELECT id FROM lares.users WHERE email = 'kim@example.org' AND deleted_at IS NULL"),
      ).toEqual(keeps === 'house' ? mine : [])
    },
  )

  it('are told of a persona and its version that a house has of its own, but not of the one that every house has', async () => {
    const home = await begin()
    const { admin } = home
    home.house.db
      .prepare("INSERT INTO personas (id, name, created_at, updated_at) VALUES ('nurse', 'Own', ?, ?)")
      .run(home.house.now, home.house.now)
    home.pump.start()
    await home.settled()
    await home.kill()
    await type(admin, ['grant-scope', 'care', 'home'])
    for (const id of ['nurse', 'companion'])
      await type(admin, ['put', 'care', 'personas', '-'], JSON.stringify({ id, name: 'Of central' }))
    expect(await conflicts(admin)).toMatchObject([{ key: 'nurse', state: 'expected' }])
    home.restart()
    expect((await home.taken('care')).refused).toMatchObject([{ key: 'nurse' }])
    expect(await conflicts(admin)).toMatchObject([{ key: 'nurse', state: 'refused' }])
  })
})
