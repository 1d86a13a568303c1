import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createPlainServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrokerSocket } from '../../../hub/makers/broker-socket.ts'
import { brokerTrouble } from '../../../hub/makers/broker-trouble.ts'

let folder = ''
let server: Server
let plain: Server
let ca = ''
const portOf = (one: Server) => (one.address() as { port: number }).port
const listening = async (one: Server) => {
  one.listen(0, '127.0.0.1')
  await once(one, 'listening')
  return one
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lares-broker-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=a broker', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  )
  ca = readFileSync(cert, 'utf8')
  const echo = (socket: { write(text: string): unknown; on(event: 'error', hear: () => void): unknown }) => {
    socket.on('error', () => {})
    socket.write('hello')
  }
  server = await listening(createServer({ key: readFileSync(key), cert: ca }, echo))
  plain = await listening(createPlainServer(echo))
})
afterAll(() => {
  server.close()
  plain.close()
  rmSync(folder, { recursive: true })
})

/** What comes first, or why nothing does. */
async function firstOf(url: string, authority: string | null): Promise<string> {
  const socket = openBrokerSocket({ url, ca: authority })
  try {
    const [chunk] = await once(socket, 'data')
    return String(chunk)
  } catch (error) {
    return brokerTrouble(error)
  } finally {
    socket.destroy()
  }
}

describe('a connection to a broker', () => {
  it('is plain for mqtt, and TLS for mqtts with a certificate of the authority that is named', async () => {
    expect(await firstOf(`mqtt://127.0.0.1:${portOf(plain)}`, null)).toBe('hello')
    expect(await firstOf(`mqtts://127.0.0.1:${portOf(server)}`, ca)).toBe('hello')
  })

  it('is not made where nobody knows the certificate, or it is for another name', async () => {
    expect(await firstOf(`mqtts://127.0.0.1:${portOf(server)}`, null)).toMatch(/name it with ca in hub\.toml/)
    expect(await firstOf(`mqtts://localhost:${portOf(server)}`, ca)).toBe(
      'its certificate is for another name than the one in url',
    )
  })

  it('says that nothing listens', async () => {
    expect(await firstOf('mqtt://127.0.0.1:1', null)).toMatch(/^nothing listens there/)
  })
})
