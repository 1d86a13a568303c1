import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import { runCentral } from '../../central/main.ts'
import { connected, query, useCentral, VERSIONS } from './postgres-servers.ts'

async function type(url: string, ...argv: string[]) {
  const said = { out: '', err: '' }
  const take = (to: 'out' | 'err') => (text: string) => {
    said[to] += text
  }
  const env = { LARES_CENTRAL: url }
  const readInput = () => '{"id":"x","email":"x@example.org"}'
  return {
    code: await runCentral([...argv, '--yes'], { env, out: take('out'), err: take('err'), readInput }),
    ...said,
  }
}

/** What may be done at a central that is of this version, one verb of each kind. */
const DOINGS = [
  ['list-sites'],
  ['add-site', 'later'],
  ['put', 'fleet', 'users', '-'],
  ['scopes'],
  ['conflicts'],
  ['grant-person', 'anna', 'home'],
  ['remove-site', 'home'],
]

describe.each(VERSIONS)('what a tired administrator types, on PostgreSQL %s', (version) => {
  const central = useCentral(version)
  let url = ''
  beforeAll(async () => {
    url = await central.migrated()
    for (const name of ['home', 'Lake house', 'gone']) await type(url, 'add-site', name)
    await type(url, 'remove-site', 'gone')
  }, 60_000)

  it.each([
    ['x'.repeat(61), /61 characters are 1 too many/],
    ['', /it is empty/],
    [' home', /begins or ends with a space/],
    ['a\u200bb', /cannot be seen/],
  ])('a site named %j is refused with what is wrong with it', async (name, words) => {
    expect(await type(url, 'add-site', name)).toMatchObject({ code: 2, err: expect.stringMatching(words) })
  })

  it('a site may be named with spaces and in any script, and its login is still readable', async () => {
    for (const [name, login] of [
      ['Größe Äußern', 'lares_site_grosse_aussern_'],
      ['家', 'lares_site_'],
      ["O'Neil", 'lares_site_o_neil_'],
    ] as const) {
      const { code, out } = await type(url, 'add-site', name)
      expect({ code, login: out.includes(`role  ${login}`) }).toEqual({ code: 0, login: true })
    }
    expect(await type(url, 'add-site', 'ü'.repeat(60))).toMatchObject({ code: 0 })
  })

  it.each([['lake house'], ['Lakehouse'], ['LAKE HOUSE']])(
    'a site that is misspelled as %s is named as it is written',
    async (name) => {
      expect(await type(url, 'rotate-site', name)).toMatchObject({
        code: 3,
        err: expect.stringMatching(/Did you mean Lake house\?.*list-sites/),
      })
    },
  )

  it('a site that was removed gets no scope, and is said to be gone when it is removed again', async () => {
    expect(await type(url, 'grant-scope', 'care', 'gone')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/the site gone was removed and gets no rows\n.*add-site gone/),
    })
    expect(await query(url, "SELECT FROM lares.scopes WHERE scope = 'care'")).toEqual([])
    expect((await type(url, 'remove-site', 'gone')).out).toMatch(
      /^gone was shut out before, on \d{4}-\d\d-\d\d; its rows stay/,
    )
  })

  it('what was granted before is said to be so', async () => {
    expect((await type(url, 'grant-scope', 'twice', 'home')).out).toBe('home gets twice, a new scope\n')
    expect((await type(url, 'grant-scope', 'twice', 'home')).out).toBe('home has had twice all along\n')
    const role = `bea_${version}`
    expect((await type(url, 'grant-person', role, 'home')).out).toContain('This address is shown once')
    expect((await type(url, 'grant-person', role, 'home')).out).toMatch(/its login was there, and its password stays/)
  })

  it('a scope that is not there is told with how one is made', async () => {
    for (const argv of [
      ['put', 'flet', 'users', '-'],
      ['remove', 'flet', 'users', 'x'],
    ])
      expect(await type(url, ...argv)).toMatchObject({
        code: 3,
        err: expect.stringMatching(/no scope flet\n.*lares central scopes.*grant-scope/),
      })
  })

  it('an erasure of what is not there is no erasure', async () => {
    expect(await type(url, 'erase', 'home', 'user', 'typo', '--reason', 'asked')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/nothing of a user typo.*nothing was erased\n.*lares\.users/),
    })
    expect(await asOwner(url, 'SELECT FROM lares.erasures')).toEqual([])
  })

  it('a database that is not there can be made by the command that is named', async () => {
    const wrong = central.server.url('my central')
    const { code, err } = await type(wrong, 'migrate')
    expect(code).toBe(3)
    const [, line = ''] = /(createdb .*?)\. \[/.exec(err) ?? []
    const [program = '', ...words] = Array.from(
      line.matchAll(/--\S+|'([^']*)'|(\S+)/g),
      ([whole, quoted]) => quoted ?? whole,
    )
    execFileSync(program, words, { env: { ...process.env, PGPASSWORD: new URL(wrong).password }, stdio: 'pipe' })
    expect(await type(wrong, 'migrate')).toMatchObject({ code: 0 })
  })

  it.each(DOINGS)('%s is not done at a central of a newer version, nor of an older one', async (...argv) => {
    const newer = await central.migrated()
    await type(newer, 'add-site', 'home')
    await asOwner(newer, "INSERT INTO lares.schema_migrations (name, hash) VALUES ('9999_future', 'x')")
    expect(await type(newer, ...argv)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/9999_future.*\n.*newer Lares/),
    })
    const older = await central.migrated()
    await asOwner(
      older,
      'DELETE FROM lares.schema_migrations WHERE name = (SELECT max(name) FROM lares.schema_migrations)',
    )
    expect(await type(older, ...argv)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/lacks the migration.*\n.*lares central migrate/),
    })
  })
})

describe('lares central, misled', () => {
  it.each([
    [
      'a server whose name nobody knows',
      'postgres://u:secret-word@central.invalid/d',
      /name central\.invalid.*\n.*spelling/,
    ],
    ['a server that is down', 'postgres://u:secret-word@127.0.0.1:1/d', /does not answer.*\n.*running/],
    ['nothing at all', '', /not known\n.*LARES_CENTRAL/],
  ])('by %s says so', async (_, url, words) => {
    const { code, err } = await type(url, 'list-sites')
    expect(code).toBeGreaterThan(0)
    expect(err).toMatch(words)
    expect(err).not.toContain('secret-word')
  })
})

function asOwner(url: string, text: string) {
  return connected(url, async (client) => {
    await client.query('SET ROLE lares_owner')
    return (await client.query(text)).rows
  })
}
