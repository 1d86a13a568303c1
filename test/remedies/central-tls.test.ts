import { execFileSync } from 'node:child_process'
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { query, useCentral } from '../central/postgres-servers.ts'
import { central, found, takeRemedy } from './lib/central.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

const authority = join(folder, 'ca.pem')
const { server } = useCentral('18', { template: false })
/** Without a word about TLS. */
let url = ''

const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
const SOON_MS = 30_000

beforeAll(async () => {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=authority',
  )
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/CN=central')
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n')
  url = server.url(await server.freshDatabase())
  expect(await central({ url, line: 'migrate' })).toMatchObject({ code: 0 })
  mkdirSync(join(server.folder, 'tls'))
  giveServer('own.key')
  giveServer('own.pem', certificate(2))
  for (const [name, file] of [
    ['ssl_cert_file', 'own.pem'],
    ['ssl_key_file', 'own.key'],
  ])
    await query(url, `ALTER SYSTEM SET ${name} = '${join(server.folder, 'tls', file ?? '')}'`)
}, 60_000)

/** Makes a certificate of the server that is good for so many days from now, and returns its name. */
function certificate(days: number): string {
  openssl(
    ...['x509', '-req', '-in', 'own.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-days', String(days), '-extfile', 'names', '-out', `own-${days}.pem`],
  )
  return `own-${days}.pem`
}

function giveServer(name: string, from = name): void {
  const file = join(server.folder, 'tls', name)
  writeFileSync(file, readFileSync(join(folder, from)), { mode: 0o600 })
  const { uid, gid } = statSync(join(server.folder, 'data'))
  if (process.getuid?.() === 0) chownSync(file, uid, gid)
}

/** Lets the server read its settings and waits until a new connection shows it. */
async function reload(sign: () => Promise<boolean>, through = url): Promise<void> {
  await query(through, 'SELECT pg_reload_conf()')
  await vi.waitFor(async () => expect(await sign()).toBe(true), { timeout: SOON_MS, interval: 50 })
}

async function turn(ssl: 'on' | 'off'): Promise<void> {
  await query(url, `ALTER SYSTEM SET ssl = ${ssl}`)
  await reload(async () => (await query<{ ssl: string }>(url, 'SHOW ssl'))[0]?.ssl === ssl)
}

const answers = async (address: string) => (await central({ line: 'list-sites', url: address })).code === 0
const at = (address: string) => ({ line: 'list-sites', url: address })
const VERIFIED = `sslmode=verify-full&sslrootcert=${authority}`

describe('TLS with central', () => {
  it('that the server has turned off is turned on there, or left out', () =>
    takeRemedy(
      {
        ...at(`${url}?${VERIFIED}`),
        says: 'the address asks for TLS, and the server has it turned off',
        hint: 'Turn it on there (ssl = on in postgresql.conf), or leave sslmode out of the address where the way is safe.',
        async mended(text) {
          expect(await answers(url)).toBe(true)
          const [, name, value] = /\((\w+) = (\w+) in postgresql\.conf\)/.exec(text) ?? []
          expect(name).toBe('ssl')
          await turn(value as 'on')
          return at(`${url}?${VERIFIED}`)
        },
      },
      url,
    ))

  it('by an authority that is not known is told which one it is', async () => {
    await turn('on')
    await takeRemedy(
      {
        ...at(`${url}?sslmode=verify-full`),
        says: 'nobody whom this machine knows vouches for its certificate',
        hint: "Copy the certificate of the server's authority to this machine and add sslrootcert=/PATH/TO/IT to the address, after ? or &.",
        mended(text) {
          const added = found(text, /add (sslrootcert=\S+) to/).replace('/PATH/TO/IT', authority)
          return at(`${url}?sslmode=verify-full&${added}`)
        },
      },
      url,
    )
  })

  it('by a file that is not there goes on when it was put there', async () => {
    await turn('on')
    const missing = join(folder, 'missing.pem')
    await takeRemedy(
      {
        ...at(`${url}?sslmode=verify-full&sslrootcert=${missing}`),
        says: `the certificate file ${missing}, which the address names, cannot be read`,
        hint: 'Put the file there, readable for the user of this program, or name another one in the address.',
        mended() {
          copyFileSync(authority, missing)
          return [at(`${url}?sslmode=verify-full&sslrootcert=${missing}`), at(`${url}?${VERIFIED}`)]
        },
      },
      url,
    )
  })

  it('of a certificate for another name is told to write that one', async () => {
    await turn('on')
    await takeRemedy(
      {
        ...at(`${url.replace('127.0.0.1', 'localhost')}?${VERIFIED}`),
        says: 'its certificate is for another name than the one in the address',
        hint: 'Write the name that stands in the certificate into the address.',
        mended() {
          const names = openssl('x509', '-in', 'own-2.pem', '-noout', '-ext', 'subjectAltName').toString()
          return at(`${url.replace('127.0.0.1', found(names, /IP Address:(\S+)/))}?${VERIFIED}`)
        },
      },
      url,
    )
  })

  it('that the server demands is added to the address', async () => {
    await turn('on')
    const rules = join(server.folder, 'data', 'pg_hba.conf')
    const before = readFileSync(rules, 'utf8')
    writeFileSync(rules, before.replaceAll(/^host\s/gm, 'hostssl '))
    await reload(async () => !(await answers(url)))
    await takeRemedy(
      {
        ...at(url),
        says: 'the server lets nobody in without TLS',
        hint: 'Add sslmode=verify-full to the address, after ? or &.',
        mended: (text) => at(`${url}?${found(text, /Add (\S+) to/)}&sslrootcert=${authority}`),
      },
      url,
    )
    writeFileSync(rules, before)
    await reload(() => answers(url), `${url}?${VERIFIED}`)
  })

  it('of a certificate that has expired goes on when it was renewed', async () => {
    await turn('on')
    giveServer('own.pem', certificate(-1))
    const expired = async () => /expired/.test((await central(at(`${url}?${VERIFIED}`))).err)
    await reload(expired)
    await takeRemedy(
      {
        ...at(`${url}?${VERIFIED}`),
        says: "its certificate has expired, or this machine's clock is wrong",
        hint: 'Look at the clock (timedatectl), then renew the certificate of the server.',
        async mended() {
          giveServer('own.pem', certificate(3))
          await reload(async () => !(await expired()))
          return at(`${url}?${VERIFIED}`)
        },
      },
      url,
    )
  })
})
