import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { splitAddress } from '../../shared/address.ts'
import { cannotListen, checkSocketPath } from '../../shared/cannot-listen.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { CONNECT_TIMEOUT_MS } from '../../shared/limits.ts'
import type { Log } from '../../shared/log.ts'
import { LOCAL_ADDRESS, type Place } from './admission.ts'

export interface ListenerParts {
  tls: string
  plain: string
  socket: string
  certificate: { key: Buffer; cert: Buffer }
  /** Takes a place for a peer before its handshake, or `null` when it must go. */
  admit: (remote: string, close: () => void) => Place | null
  handle: (socket: Duplex, details: { remote: string; listener: string; place?: Place }) => void
  log: Log
}

/** A silent peer is noticed by the kernel too. */
const TCP_KEEPALIVE_MS = 30_000

/** The broker's doors: TLS for the house, plain on loopback, a unix socket for whoever may open its file. */
export class Listeners implements Service {
  #parts: ListenerParts
  #servers: Server[] = []
  /** Accepted and not handed on, because the TLS handshake is not over, by the other side's address and port. */
  #arriving = new Map<string, { peer: Socket; place: Place }>()
  #ports = { tls: 0, plain: 0 }

  constructor(parts: ListenerParts) {
    this.#parts = parts
  }

  /** The ports in use; they differ from the configuration when that says 0. */
  get ports(): { tls: number; plain: number } {
    return this.#ports
  }

  async start(): Promise<void> {
    const { certificate, tls, plain, socket } = this.#parts
    const secure = createTlsServer(
      { key: certificate.key, cert: certificate.cert, minVersion: 'TLSv1.2', handshakeTimeout: CONNECT_TIMEOUT_MS },
      (peer) => {
        const arriving = this.#arriving.get(sourceOf(peer))
        this.#arriving.delete(sourceOf(peer))
        if (arriving) this.#accept(peer, { listener: 'tls', place: arriving.place })
      },
    )
    secure.on('tlsClientError', (error, peer) => {
      this.#parts.log.debug({ error: error.message }, 'a TLS handshake failed')
      peer.destroy()
    })
    this.#ports.tls = await this.#listen(
      createServer((peer) => this.#shakeHands(secure, peer)),
      'tls',
      tls,
    )
    this.#ports.plain = await this.#listen(
      createServer((peer) => this.#accept(peer, { listener: 'plain' })),
      'plain',
      plain,
    )
    checkSocketPath(socket)
    rmSync(socket, { force: true })
    await this.#listen(
      createServer((peer) => this.#accept(peer, { listener: 'local' })),
      'socket',
      socket,
    )
    chmodSync(socket, 0o660)
  }

  /**
   * Takes no more connections. Those that are open have been handed on and are for their new owner to close: to wait
   * here until they are gone would be to wait for what stops later.
   */
  stop(): void {
    for (const server of this.#servers.splice(0)) server.close()
    for (const { peer } of this.#arriving.values()) peer.destroy()
  }

  /** A place is taken before the handshake: a silent peer costs a descriptor, and many of them must not cost more. */
  #shakeHands(secure: Server, peer: Socket): void {
    peer.on('error', () => {})
    const place = this.#parts.admit(peer.remoteAddress ?? '', () => peer.destroy())
    if (!place) {
      peer.destroy()
      return
    }
    const source = sourceOf(peer)
    this.#arriving.set(source, { peer, place })
    peer.once('close', () => {
      this.#arriving.delete(source)
      place.leave()
    })
    secure.emit('connection', peer)
  }

  #accept(peer: Socket, given: { listener: string; place?: Place }): void {
    peer.setNoDelay(true)
    if (given.listener !== 'local') peer.setKeepAlive(true, TCP_KEEPALIVE_MS)
    this.#parts.handle(peer, {
      remote: given.listener === 'local' ? LOCAL_ADDRESS : (peer.remoteAddress ?? ''),
      ...given,
    })
  }

  #listen(server: Server, key: string, where: string): Promise<number> {
    this.#servers.push(server)
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => reject(cannotListen(key, where, cause)))
      const done = () => {
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      }
      if (where.includes('/')) server.listen(where, done)
      else {
        const { host, port } = splitAddress(where)
        server.listen(port, host, done)
      }
    })
  }
}

function sourceOf(peer: Socket): string {
  return `${peer.remoteAddress} ${peer.remotePort}`
}
