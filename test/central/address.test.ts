import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { linesFrom, readCentralAddress } from '../../central/central-address.ts'
import { runCentral } from '../../central/main.ts'

/** Where a driver goes with a line, and as whom. */
function read(line: string) {
  const { user, password, host, port, database } = new Client({ connectionString: line })
  return { user, password, host, port, database }
}

const ROLE = 'lares_site_home_1a2b3c4d'
const PASSWORD = "a/b?c#d@e:f%g%3A h'"

describe('the line for a house', () => {
  it.each([
    ['a name', 'postgres://admin:x@db.example.org/lares', 'db.example.org', 5432],
    ['a port', 'postgresql://admin@db.example.org:6432/lares', 'db.example.org', 6432],
    ['IPv4', 'postgres://admin@192.0.2.1/lares', '192.0.2.1', 5432],
    ['IPv6', 'postgres://admin:x@[2001:db8::1]:6432/lares', '2001:db8::1', 6432],
    ['a socket in the place of the host', 'postgres://admin:x@%2Frun%2Fpostgresql/lares', '/run/postgresql', 5432],
    ['a socket and a port', 'postgres://admin@%2Frun%2Fpostgresql:6432/lares', '/run/postgresql', 6432],
    [
      'a socket as a parameter',
      'postgres:///lares?host=/run/postgresql&user=admin&password=x',
      '/run/postgresql',
      5432,
    ],
    [
      'a socket as a parameter after a user',
      'postgres://admin:x@/lares?host=/run/postgresql&port=6432',
      '/run/postgresql',
      6432,
    ],
    [
      'a password with signs that nobody encoded',
      'postgres://admin:50% @%3A:x@db.example.org/lares',
      'db.example.org',
      5432,
    ],
  ])(
    'goes to the same database, with its own role and password, from an address with %s',
    (_form, admin, host, port) => {
      const expected = { user: ROLE, password: PASSWORD, host, port, database: 'lares' }
      expect(read(linesFrom(admin)(ROLE, PASSWORD))).toEqual(expected)
    },
  )

  it('keeps the name of a database, whatever is in it', () => {
    expect(read(linesFrom('postgres://admin@h/my%20lares%C3%BC')(ROLE, PASSWORD))).toMatchObject({
      database: 'my laresü',
    })
  })

  it('says how to speak TLS, and names no file, user or password of the administrator', () => {
    const secrets =
      'user=admin&password=x&sslcert=/dev/null&sslkey=/dev/null&sslrootcert=/dev/null&application_name=mine'
    const line = linesFrom(`postgres://admin:adminpass@h/lares?sslmode=verify-full&${secrets}`)(ROLE, 'pw')
    expect(line).toBe(`postgres://${ROLE}:pw@h:5432/lares?sslmode=verify-full`)
  })

  it.each([
    ['several hosts', 'postgres://admin@a.example.org,b.example.org/lares', /names several hosts/],
    ['several hosts with ports', 'postgres://admin:x@a:5432,b:5433/lares', /names several hosts/],
    ['several hosts as a parameter', 'postgres://admin@/lares?host=a,b', /names several hosts/],
    ['a slash in the password', 'postgres://admin:12/secretword@h/lares', /not percent-encoded|cannot be read/],
    ['a # in the password', 'postgres://admin:12#secretword@h/lares', /not percent-encoded|cannot be read/],
    ['a ? in the password', 'postgres://admin:12?secretword@h/lares', /not percent-encoded|cannot be read/],
    ['another kind of database', 'mysql://admin:secretword@h/lares', /not one of Postgres/],
    [
      'a way of TLS that needs a file',
      'postgres://h/l?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=/dev/null',
      /./,
    ],
  ])('is not made from an address with %s, and the password is not told', (_what, admin, words) => {
    let thrown: unknown
    try {
      linesFrom(admin)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'bad_config', message: expect.stringMatching(words) })
    expect(String(thrown)).not.toContain('secretword')
  })

  it('is asked for before anything is made: nobody is called when there can be none', async () => {
    const errors: string[] = []
    const env = { LARES_CENTRAL: 'postgres://admin@127.0.0.1:1,127.0.0.1:2/lares' }
    expect(await runCentral(['add-site', 'home'], { env, err: (text) => void errors.push(text) })).toBe(1)
    expect(errors.join()).toContain('names several hosts')
  })
})

describe('an address on the command line', () => {
  it.each(['postgres://u:p@h/d', 'postgres://h/d?password=p', 'postgres://u:p@/d?host=/run/x'])(
    'may not hold a password, in whatever form: %s',
    async (url) => {
      const errors: string[] = []
      expect(await runCentral(['scopes', '--url', url], { env: {}, err: (text) => void errors.push(text) })).toBe(1)
      expect(errors.join()).toContain('holds a password')
    },
  )

  it('is read with what the environment adds', () => {
    expect(readCentralAddress('postgres://u@h/d')).toMatchObject({
      user: 'u',
      host: 'h',
      database: 'd',
      holdsPassword: false,
    })
  })
})
