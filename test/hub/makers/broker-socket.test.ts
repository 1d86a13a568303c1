import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createPlainServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BrokerPlace, openBrokerSocket } from '../../../hub/makers/broker-socket.ts'
import { brokerTrouble } from '../../../hub/makers/broker-trouble.ts'
import { ManualClock, systemClock } from '../../../shared/clock.ts'
import { type BrokerKey, makeBrokerKey } from './broker-tls.ts'

let folder = ''
let server: Server
let plain: Server
let ca = ''
let own: BrokerKey
const portOf = (one: Server) => (one.address() as { port: number }).port
const listening = async (one: Server) => {
  one.listen(0, '127.0.0.1')
  await once(one, 'listening')
  return one
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lares-broker-tls-'))
  own = makeBrokerKey(folder, 'own')
  ca = own.pem
  const echo = (socket: { write(text: string): unknown; on(event: 'error', hear: () => void): unknown }) => {
    socket.on('error', () => {})
    socket.write('hello')
  }
  server = await listening(createServer({ key: readFileSync(own.key), cert: ca }, echo))
  plain = await listening(createPlainServer(echo))
})
afterAll(() => {
  server.close()
  plain.close()
  rmSync(folder, { recursive: true })
})

/** What comes first, or why nothing does. */
async function firstOf(url: string, known: Partial<BrokerPlace> = {}): Promise<string> {
  try {
    const { signal } = new AbortController()
    const socket = await openBrokerSocket({ url, ca: null, pin: null, ...known }, { clock: systemClock, signal })
    const [chunk] = await once(socket, 'data')
    socket.destroy()
    return String(chunk)
  } catch (error) {
    return brokerTrouble(error).reason
  }
}

const secure = () => `mqtts://127.0.0.1:${portOf(server)}`

describe('a connection to a broker', () => {
  it('is plain for mqtt, and TLS for mqtts with a certificate of the authority that is named', async () => {
    expect(await firstOf(`mqtt://127.0.0.1:${portOf(plain)}`)).toBe('hello')
    expect(await firstOf(secure(), { ca })).toBe('hello')
  })

  it('is made where the key is the one of pin, whatever its certificate says', async () => {
    expect(await firstOf(secure(), { pin: own.pin })).toBe('hello')
    expect(await firstOf(`mqtts://localhost:${portOf(server)}`, { pin: own.pin })).toBe('hello')
  })

  it('is not made where the key is another one, and says which was seen', async () => {
    expect(await firstOf(secure(), { pin: 'f'.repeat(64) })).toBe(
      `it shows another key than the one of pin in hub.toml: somebody else may answer there, or it was given a new one. Where this is its key: pin = "${own.pin}"`,
    )
  })

  it('is not made where nobody knows the certificate, and says with what pin it would be', async () => {
    expect(await firstOf(secure())).toBe(`it made its certificate itself. Where this is its key: pin = "${own.pin}"`)
  })

  it('is not made where the certificate is for another name', async () => {
    expect(await firstOf(`mqtts://localhost:${portOf(server)}`, { ca })).toMatch(
      /^its certificate is for another name than the one in url/,
    )
  })

  it('says that nothing listens, or that what listens speaks no TLS', async () => {
    expect(await firstOf('mqtt://127.0.0.1:1')).toMatch(/^nothing listens there/)
    expect(await firstOf(`mqtts://127.0.0.1:${portOf(plain)}`)).toBe('it speaks no TLS there: is the port right?')
  })

  it('is given up after ten seconds, and when nobody waits for it any more', async () => {
    const silent = await listening(createPlainServer((socket) => socket.on('error', () => {})))
    const place = { url: `mqtts://127.0.0.1:${portOf(silent)}`, ca: null, pin: null }
    const clock = new ManualClock()
    const slow = openBrokerSocket(place, { clock, signal: new AbortController().signal })
    clock.advance(10_000)
    expect(brokerTrouble(await slow.catch((error: unknown) => error))).toEqual({ reason: 'it does not answer' })
    const waiting = new AbortController()
    const unwanted = openBrokerSocket(place, { clock, signal: waiting.signal })
    waiting.abort()
    await expect(unwanted).rejects.toThrow('given up')
    silent.close()
  })
})
