import { chmodSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { checkSocketPath, removeStaleSocket } from '../../shared/cannot-listen.ts'
import { CONNECT_TIMEOUT_MS } from '../../shared/limits.ts'
import { Listener } from '../../shared/listener.ts'
import type { Log } from '../../shared/log.ts'
import { LOCAL_ADDRESS, type Place } from '../broker/connection-limiter.ts'
import { type Admit, Handshakes } from './handshakes.ts'

export interface ListenerParts {
  tls: string
  plain: string
  socket: string
  certificate: { key: Buffer; cert: Buffer }
  admit: Admit
  handle: (socket: Duplex, details: { remote: string; listener: string; place?: Place }) => void
  log: Log
}

/** A silent peer is noticed by the kernel too. */
export const TCP_KEEPALIVE_MS = 30_000

/** The broker's doors: TLS for the house, plain on loopback, a unix socket for whoever may open its file. */
export class Listeners {
  #parts: ListenerParts
  #handshakes: Handshakes
  readonly tls: Listener
  readonly plain: Listener
  readonly local: Listener

  constructor(parts: ListenerParts) {
    this.#parts = parts
    const { tls, plain, socket, log, admit } = parts
    this.#handshakes = new Handshakes(admit)
    this.tls = new Listener({
      key: 'tls',
      where: tls,
      log,
      server: () => this.#tlsServer(),
      // Those that are open have been handed on and are for their new owner to close; these have no other.
      closed: () => this.#handshakes.close(),
    })
    this.plain = new Listener({
      key: 'plain',
      where: plain,
      log,
      server: () => createServer((peer) => this.#accept(peer, { listener: 'plain' })),
    })
    this.local = new Listener({
      key: 'socket',
      where: socket,
      log,
      server: () => createServer((peer) => this.#accept(peer, { listener: 'local' })),
      prepare() {
        checkSocketPath(socket)
        removeStaleSocket(socket)
      },
      opened: () => chmodSync(socket, 0o660),
    })
  }

  /** The ports in use; they differ from the configuration when that says 0. */
  get ports(): { tls: number; plain: number } {
    return { tls: this.tls.port, plain: this.plain.port }
  }

  /** A hub that no device can reach is none: throws what is in the way when neither port is open. */
  requireOne(): void {
    if (this.tls.failure !== null && this.plain.failure !== null) throw this.tls.failure
  }

  #tlsServer(): Server {
    const { key, cert } = this.#parts.certificate
    const secure = createTlsServer(
      { key, cert, minVersion: 'TLSv1.2', handshakeTimeout: CONNECT_TIMEOUT_MS },
      (peer) => {
        const place = this.#handshakes.end(peer)
        if (place) this.#accept(peer, { listener: 'tls', place })
      },
    )
    secure.on('tlsClientError', (error, peer) => {
      this.#parts.log.debug({ error: error.message }, 'a TLS handshake failed')
      peer.destroy()
    })
    return createServer((peer) => {
      if (this.#handshakes.begin(peer)) secure.emit('connection', peer)
    })
  }

  #accept(peer: Socket, given: { listener: string; place?: Place }): void {
    peer.setNoDelay(true)
    if (given.listener !== 'local') peer.setKeepAlive(true, TCP_KEEPALIVE_MS)
    this.#parts.handle(peer, {
      remote: given.listener === 'local' ? LOCAL_ADDRESS : (peer.remoteAddress ?? ''),
      ...given,
    })
  }
}
