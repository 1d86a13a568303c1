import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { createServer } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { openConnection } from '../../../edge/link/hub-connection.ts'
import { openPinnedSocket, readHubAddress } from '../../../edge/link/pinned-socket.ts'
import { ManualClock, systemClock } from '../../../shared/clock.ts'
import type { TestCertificate } from '../certificate.ts'
import { makeCertificate } from '../certificate.ts'

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})

/** A TLS server that keeps what it is told. */
async function listen(certificate: TestCertificate) {
  const heard: Buffer[] = []
  let connections = 0
  let handshakes = 0
  let resumed = 0
  const gone: Promise<void>[] = []
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (socket) => {
    handshakes += 1
    if (socket.isSessionReused()) resumed += 1
    socket.on('data', (bytes) => heard.push(bytes))
    socket.on('error', () => {})
  })
  server.on('connection', (socket) => {
    connections += 1
    gone.push(new Promise((resolve) => socket.once('close', () => resolve())))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => Buffer.concat(heard),
    connections: () => connections,
    handshakes: () => handshakes,
    resumed: () => resumed,
    gone: () => Promise.all(gone),
  }
}

describe('a pinned socket', () => {
  const own = makeCertificate()
  const other = makeCertificate()

  it('is handed over by the server that has the key', async () => {
    const server = await listen(own)
    const socket = await openPinnedSocket({ address: server.address, pin: own.pin, clock: systemClock })
    socket.end('hello')
    await new Promise((resolve) => socket.once('close', resolve))
    await server.gone()
    expect(server.heard().toString()).toBe('hello')
  })

  it('does not look at the dates: a Pi may wake in 1970 and a certificate may be old', async () => {
    const expired = makeCertificate({ expired: true })
    const server = await listen(expired)
    const socket = await openPinnedSocket({ address: server.address, pin: expired.pin, clock: systemClock })
    expect(socket.authorized).toBe(false)
    socket.destroy()
  })

  it('never writes one byte to a server with another key', async () => {
    const server = await listen(other)
    const connecting = openPinnedSocket({ address: server.address, pin: own.pin, clock: systemClock }).then((socket) =>
      openConnection(
        { socket, clock: systemClock, clientId: 'kitchen', username: 'kitchen', password: 'canary-secret' },
        () => {},
      ),
    )
    await expect(connecting).rejects.toMatchObject({ code: 'wrong_pin' })
    await server.gone()
    expect(server.connections()).toBe(1)
    expect(server.heard()).toHaveLength(0)
  })

  it('makes every server show its key again: no session is resumed', async () => {
    const server = await listen(own)
    for (let round = 0; round < 3; round += 1) {
      const socket = await openPinnedSocket({ address: server.address, pin: own.pin, clock: systemClock })
      socket.end('x')
      await new Promise((resolve) => socket.once('close', resolve))
    }
    expect(server.handshakes()).toBe(3)
    expect(server.resumed()).toBe(0)
  })

  it('says unreachable when nobody listens', async () => {
    const connecting = openPinnedSocket({ address: '127.0.0.1:1', pin: own.pin, clock: systemClock })
    await expect(connecting).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('gives up a server that accepts and then keeps quiet', async () => {
    const clock = new ManualClock()
    const accepted = Promise.withResolvers<void>()
    const server = createTcpServer((socket) => {
      socket.on('error', () => {})
      accepted.resolve()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => server.close())
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const connecting = openPinnedSocket({ address, pin: own.pin, clock })
    await accepted.promise
    clock.advance(10_000)
    await expect(connecting).rejects.toThrow('no answer within 10 s')
  })

  it('reads addresses with names, IPv4 and IPv6', () => {
    expect(readHubAddress('hub.local:8883')).toEqual({ host: 'hub.local', port: 8883 })
    expect(readHubAddress('[fe80::1]:8883')).toEqual({ host: 'fe80::1', port: 8883 })
    for (const wrong of ['hub', 'hub:', 'hub:0', 'hub:70000', '::1:8883'])
      expect(() => readHubAddress(wrong)).toThrow('no address')
  })
})
