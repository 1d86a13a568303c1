import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withCentral } from '../../central/connect.ts'
import { CENTRAL_MIGRATIONS, checkCentralVersion, migrateCentral } from '../../central/migrate-central.ts'
import { query, useCentral } from '../central/postgres-servers.ts'
import { asPattern } from './lib/as-pattern.ts'
import { type CentralMistake, central, found, takeRemedy } from './lib/central.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-central-'))
afterAll(() => rmSync(folder, { recursive: true }))

const { server } = useCentral('18', { template: false })
let url = ''

beforeAll(async () => {
  url = server.url(await server.freshDatabase())
  expect(await central({ url, line: 'migrate' })).toMatchObject({ code: 0 })
  await query(url, `CREATE ROLE "clerk" LOGIN SUPERUSER PASSWORD 'a/b?c#d@e%f'`)
}, 60_000)

/** The address with one part of it replaced. */
function with_(part: 'username' | 'password' | 'hostname' | 'port' | 'pathname', value: string): string {
  const changed = new URL(url)
  changed[part] = value
  return changed.href
}

async function withPassword<T>(password: string, work: () => Promise<T>): Promise<T> {
  const before = process.env.PGPASSWORD
  process.env.PGPASSWORD = password
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env.PGPASSWORD
    else process.env.PGPASSWORD = before
  }
}

/** What is tried with an address that is to be mended. */
const LINE = 'list-sites'
const at = (right: string) => ({ line: LINE, url: right })

describe('an address of central', () => {
  const take = (mistake: Omit<CentralMistake, 'line'>) => takeRemedy({ line: LINE, ...mistake }, url)

  it('with signs in its password is written as the text says', () =>
    take({
      url: with_('username', 'clerk').replace(/:[^:@]*@/, ':a/b?c#d@e%f@'),
      says: 'the address of central cannot be read: is everything in it percent-encoded that must be?',
      hint: 'Write it as postgres://user:password@host:5432/database in LARES_CENTRAL; in a password / is %2F, ? is %3F, # is %23, @ is %40, % is %25.',
      mended(text) {
        const codes = new Map([...text.matchAll(/([/?#@%]) is (%\w\w)/g)].map(([, sign, code]) => [sign, code]))
        const password = 'a/b?c#d@e%f'.replaceAll(/\W/g, (sign) => codes.get(sign) ?? sign)
        const { host, pathname } = new URL(url)
        const form = found(text, /Write it as (\S+) in/)
        return at(
          form.replace('user:password', `clerk:${password}`).replace('host:5432', host).replace('/database', pathname),
        )
      },
    }))

  it('with several hosts is written with one', () =>
    take({
      url: url.replace('@127.0.0.1', '@127.0.0.1,127.0.0.2'),
      says: 'the address of central names several hosts',
      hint: 'Name one: the primary, or a name that always leads to it.',
      mended: () => at(url),
    }))

  it('with its password on the command line is put where the text says', async () => {
    const { err } = await central({ line: `${LINE} --url ${url}` })
    expect(err).toMatch(
      asPattern('Put the address into LARES_CENTRAL, or the password alone into PGPASSWORD or ~/.pgpass.'),
    )
    expect(await central({ line: LINE, url })).toMatchObject({ code: 0, err: '' })
    const { password } = new URL(url)
    const bare = with_('password', '')
    const said = await withPassword(decodeURIComponent(password), () => central({ line: `${LINE} --url ${bare}` }))
    expect(said).toMatchObject({ code: 0, err: '' })
  })

  it('that is not given can be given in both ways that are told', async () => {
    const { err } = await central({ line: LINE })
    expect(err).toMatch(asPattern('Set LARES_CENTRAL=postgres://user:password@host:5432/database, or give --url.'))
    const { username, password, host, pathname } = new URL(url)
    const form = found(err, /LARES_CENTRAL=(\S+),/)
    const filled = form
      .replace('user:password', `${username}:${password}`)
      .replace('host:5432', host)
      .replace('/database', pathname)
    expect(await central({ line: LINE, url: filled })).toMatchObject({ code: 0, err: '' })
    const option = found(err, /give (--\w+)\./)
    const said = await withPassword(decodeURIComponent(password), () =>
      central({ line: `${LINE} ${option} ${with_('password', '')}` }),
    )
    expect(said).toMatchObject({ code: 0, err: '' })
  })

  it('with another password, and with a name that nobody knows, is mended there', async () => {
    await take({
      url: with_('password', 'another'),
      says: 'central does not let postgres@127.0.0.1',
      hint: 'Check user and password in LARES_CENTRAL, and pg_hba.conf of the server.',
      mended: () => at(url),
    })
    await take({
      url: with_('hostname', 'central.invalid'),
      says: "the name central.invalid of central's server is not known here",
      hint: 'Check its spelling in LARES_CENTRAL, and whether this machine has a network.',
      mended: () => at(url),
    })
  })
})

describe('a database', () => {
  it('that is not there is made by the line that is told', async () => {
    const wrong = server.url("Ann's central")
    await takeRemedy(
      {
        line: 'prepare',
        url: wrong,
        says: 'central has no such database',
        hint: 'Check the name in LARES_CENTRAL, or create it: createdb --host=… --port=… --username=… --encoding=UTF8 --template=template0 ….',
        mended(text) {
          const password = decodeURIComponent(new URL(wrong).password)
          execFileSync('sh', ['-c', found(text, /create it: (createdb .*)\. \[/)], {
            env: { ...process.env, PGPASSWORD: password },
            stdio: 'pipe',
          })
          return { line: 'prepare', url: wrong }
        },
      },
      url,
    )
  })

  it('in another encoding is made anew by the statement that is told', async () => {
    await query(url, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    await takeRemedy(
      {
        line: 'prepare',
        url: server.url('latin'),
        says: 'the database is encoded in LATIN1',
        hint: "Create it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
        async mended(text) {
          await query(url, 'DROP DATABASE latin')
          await query(url, found(text, /anew: (CREATE .*)\. \[/).replace('…', 'latin'))
          return { line: 'prepare', url: server.url('latin') }
        },
      },
      url,
    )
  })

  it('that was never migrated is migrated by the line that is told', async () => {
    const empty = server.url(await server.freshDatabase())
    await takeRemedy(
      {
        ...at(empty),
        says: 'this database is not prepared',
        hint: 'Run: lares central migrate.',
        mended: (text) => [{ line: found(text, /Run: (lares .*)\. \[/), url: empty }, at(empty)],
      },
      url,
    )
  })

  it('of an older version is migrated by the line that is told', async () => {
    const older = server.url(await server.freshDatabase())
    const [newest = ''] = migrations().slice(-1)
    await withCentral(older, (db) => migrateCentral(db, migrationsWithout(newest)))
    await takeRemedy(
      {
        ...at(older),
        says: `central lacks the migration ${newest.replace(/\.sql$/, '')}`,
        hint: 'Run: lares central migrate.',
        mended: (text) => [{ line: found(text, /Run: (lares .*)\. \[/), url: older }, at(older)],
      },
      url,
    )
  })

  it('of a newer version is for the version that made it', async () => {
    const older = migrationsWithout(migrations().at(-1) ?? '')
    const check = (of: string) => withCentral(url, (db) => checkCentralVersion(db, of))
    await expect(check(older)).rejects.toMatchObject({
      message: expect.stringMatching(/^central has the migration \S+, which this version does not know$/),
      hint: 'Central was migrated by a newer Lares. Use that version here.',
    })
    await check(CENTRAL_MIGRATIONS)
  })

  it.each(['migrate', 'add-site home'])(
    'from before its migrations were joined is made anew, says %s',
    async (line) => {
      const joined = server.url(await server.freshDatabase())
      await central({ url: joined, line: 'migrate' })
      await query(joined, "INSERT INTO lares.schema_migrations (name, hash) VALUES ('0002_reading-rollups', 'x')")
      const empty = server.url(await server.freshDatabase())
      await takeRemedy(
        {
          line,
          url: joined,
          says: 'central has the migration 0002_reading-rollups, from before migrations were joined',
          hint: 'It has to be made anew, in an empty database: lares central migrate, then lares central add-site for each house.',
          mended: (text) => [
            { line: found(text, /database: lares (.*?),/), url: empty },
            { line: `${found(text, /then lares (.*?) for each/)} home`, url: empty },
          ],
        },
        url,
      )
    },
  )

  it('is changed only by the role that migrated it', async () => {
    await query(url, "CREATE ROLE visitor LOGIN PASSWORD 'v'")
    const visitor = new URL(url)
    visitor.username = 'visitor'
    visitor.password = 'v'
    await takeRemedy(
      {
        line: 'add-site seen',
        url: visitor.href,
        says: 'central refuses: ',
        hint: 'Use the role that ran `lares central migrate`: a superuser, or one with CREATEROLE that may create in this database.',
        mended: () => ({ line: 'add-site seen', url }),
      },
      url,
    )
  })
})

describe('a server', () => {
  it('that does not run answers when it was started', () =>
    server.kill().then(() =>
      takeRemedy(
        {
          ...at(url),
          says: 'central does not answer at postgres@127.0.0.1',
          hint: 'Is PostgreSQL running there, and its port reachable?',
          async mended() {
            await server.start()
            return at(url)
          },
        },
        url,
      ),
    ))
})

function migrations(): string[] {
  return readdirSync(CENTRAL_MIGRATIONS)
    .filter((name) => /^\d+_.*\.sql$/.test(name))
    .sort()
}

/** The migrations as an older version has them. */
function migrationsWithout(newest: string): string {
  const older = mkdtempSync(join(folder, 'migrations-'))
  for (const name of readdirSync(CENTRAL_MIGRATIONS))
    if (name !== newest) symlinkSync(join(CENTRAL_MIGRATIONS, name), join(older, name))
  return older
}
