import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withCentral } from '../../central/connect.ts'
import { loadCertificate } from '../../hub/listen/certificate.ts'
import { inPlainWords, Postgres } from '../../hub/sync/postgres.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { tlsTrouble } from '../../shared/tls-trouble.ts'

let folder = ''
let secure: Server
let plain: Server

/** Speaks as much of Postgres as is needed until TLS begins, or says that it has none. */
function server(answer: 'S' | 'N', certificate: { key: string | Buffer; cert: string | Buffer }): Promise<Server> {
  const listening = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(answer)
      if (answer === 'S') new TLSSocket(socket, { isServer: true, ...certificate }).on('error', () => {})
    })
  })
  return new Promise((resolve) => listening.listen(0, '127.0.0.1', () => resolve(listening)))
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lares-tls-'))
  const certificate = await loadCertificate(folder, {})
  secure = await server('S', certificate)
  plain = await server('N', certificate)
})
afterAll(() => {
  for (const one of [secure, plain]) one.close()
  rmSync(folder, { recursive: true })
})

const address = (one: Server, query: string) =>
  `postgres://site:canary@127.0.0.1:${(one.address() as { port: number }).port}/lares?${query}`

/** What the administrator is told, and what the hub says in its status. */
async function told(url: string): Promise<{ admin: LaresError; hub: string }> {
  const admin = await withCentral(url, async () => null).catch((error: unknown) => error)
  let hub = ''
  try {
    const db = new Postgres({ url, name: 'test', connectMs: 5_000, statementMs: 5_000 })
    await db.connect().finally(() => db.close())
  } catch (error) {
    hub = inPlainWords(asError(error))
  }
  if (!(admin instanceof LaresError)) throw new Error(`not told: ${String(admin)}`)
  return { admin, hub }
}

describe('TLS that does not come about', () => {
  it.each([
    [
      'a certificate nobody vouches for',
      () => address(secure, 'sslmode=verify-full'),
      /nobody whom this machine knows/,
      /sslrootcert=/,
    ],
    ['a server without TLS', () => address(plain, 'sslmode=verify-full'), /has it turned off/, /ssl = on/],
    [
      'a certificate file that is on another machine',
      () => address(secure, 'sslmode=verify-full&sslrootcert=/home/admin/ca.pem'),
      /\/home\/admin\/ca\.pem.*cannot be read on this machine \(ENOENT\)/,
      /Put the file there/,
    ],
  ])(
    'is told with its cause and what helps, to the administrator and in the house: %s',
    async (_what, url, cause, remedy) => {
      const { admin, hub } = await told(url())
      expect(admin).toMatchObject({ message: expect.stringMatching(cause), hint: expect.stringMatching(remedy) })
      expect(hub).toMatch(cause)
      expect(hub).toMatch(remedy)
      expect(`${admin.message} ${hub}`).not.toContain('canary')
    },
  )

  it('names the clock where the dates of a certificate do not fit', () => {
    for (const code of ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])
      expect(tlsTrouble({ code })).toMatchObject({
        cause: expect.stringContaining('clock'),
        remedy: expect.stringContaining('timedatectl'),
      })
  })

  it('names the name where the certificate is for another one', () => {
    expect(tlsTrouble({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })?.cause).toContain('another name')
  })

  it('is not seen in what is about something else', () => {
    for (const error of [
      { code: 'ECONNREFUSED' },
      { code: 'ENOENT', syscall: 'connect', path: '/run/x' },
      new Error('SSL'),
    ])
      expect(tlsTrouble(error)).toBe(null)
  })
})
