import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { CONNECT_TIMEOUT_MS } from '../../shared/limits.ts'
import { Listener } from '../../shared/listener.ts'
import type { Log } from '../../shared/log.ts'
import type { Place } from '../broker/connection-limiter.ts'
import { type Admit, Handshakes } from '../listen/handshakes.ts'
import { TCP_KEEPALIVE_MS } from '../listen/listeners.ts'
import { type AskedHost, askedHost } from './answered-hosts.ts'
import { MqttUpgrade } from './mqtt-upgrade.ts'
import { PageFiles } from './page-files.ts'
import { securityHeaders } from './security-headers.ts'
import { shownCookie } from './session-cookie.ts'
import { sendText, type WebRoute } from './web-route.ts'

export interface PageServerParts {
  listen: string
  log: Log
  /** As it is when it listens. */
  certificate: () => { key: Buffer; cert: Buffer }
  /** Names beside those that a hub always has, in small letters. */
  names: readonly string[]
  /** Where the page lies. */
  folder: string
  /** What answers beside the page, by the first level of its path. */
  routes: ReadonlyMap<string, WebRoute>
  admit: Admit
  /** Takes an MQTT client. */
  handle: (
    stream: Duplex,
    details: { remote: string; listener: string; place: Place; shown: string | undefined },
  ) => void
}

const HEADERS_MS = 10_000
const REQUEST_MS = 30_000
/** A connection on which nothing moves, an answer that nobody reads included. */
const IDLE_MS = 60_000
/** Answers that one connection waits for. Browsers ask for the next when they have one, and so do proxies. */
const ANSWERS_AT_ONCE = 16

/** The page, its WebSocket and what it fetches, over HTTPS and from one origin. */
export class PageServer implements Service {
  #parts: PageServerParts
  #listener: Listener
  #handshakes: Handshakes
  #files: PageFiles
  #mqtt = new MqttUpgrade()
  #places = new WeakMap<Socket, Place>()
  /** Answers under way, by connection. */
  #underWay = new WeakMap<Socket, number>()
  #server: Server | null = null

  constructor(parts: PageServerParts) {
    this.#parts = parts
    this.#handshakes = new Handshakes(parts.admit)
    this.#files = new PageFiles(parts.folder)
    this.#listener = new Listener({
      key: 'https',
      where: parts.listen,
      log: parts.log,
      server: () => this.#make(),
      closed: () => this.#handshakes.close(),
    })
  }

  /** Where it listens; where it is to listen as long as it does not. */
  get port(): number {
    return this.#listener.port
  }

  /** Safe to call again after it failed. */
  async start(): Promise<void> {
    await this.#listener.start()
  }

  /** Shows whoever comes from now on another certificate. */
  renew({ key, cert }: { key: Buffer; cert: Buffer }): void {
    this.#server?.setSecureContext({ key, cert, minVersion: 'TLSv1.2' })
  }

  /** Ends every answer. What became a WebSocket is the broker's to close. */
  stop(): void {
    this.#listener.stop()
    this.#server?.closeAllConnections()
    this.#server = null
  }

  #make(): Server {
    const { certificate, log } = this.#parts
    const server = createServer(
      {
        ...certificate(),
        minVersion: 'TLSv1.2',
        handshakeTimeout: CONNECT_TIMEOUT_MS,
        headersTimeout: HEADERS_MS,
        requestTimeout: REQUEST_MS,
      },
      (request, response) => void this.#answer(request, response),
    )
    server.setTimeout(IDLE_MS)
    // Before TLS has it: one without a place is closed, and costs no handshake.
    server.prependListener('connection', (peer: Socket) => void this.#handshakes.begin(peer))
    server.on('secureConnection', (peer: TLSSocket) => {
      const place = this.#handshakes.end(peer)
      if (place) this.#places.set(peer, place)
      else peer.destroy()
    })
    server.on('tlsClientError', (error, peer) => {
      log.debug({ error: error.message }, 'a TLS handshake failed')
      peer.destroy()
    })
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#upgrade(request, socket, head),
    )
    this.#server = server
    return server
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const place = this.#places.get(socket)
    if (!place) {
      socket.destroy()
      return
    }
    socket.setKeepAlive(true, TCP_KEEPALIVE_MS)
    const remote = socket.remoteAddress ?? ''
    this.#mqtt.answer(pathOf(request) ?? '', this.#askedHost(request), { request, socket, head }, (stream) =>
      this.#parts.handle(stream, { remote, listener: 'web', place, shown: shownCookie(request.headers.cookie) }),
    )
  }

  /** Whether one more is answered. Who asks a thousand times and takes nothing would fill the memory with what is sent. */
  #begin({ socket }: IncomingMessage, response: ServerResponse): boolean {
    const open = (this.#underWay.get(socket) ?? 0) + 1
    if (open > ANSWERS_AT_ONCE) {
      socket.destroy()
      return false
    }
    this.#underWay.set(socket, open)
    response.once('close', () => this.#underWay.set(socket, (this.#underWay.get(socket) ?? 1) - 1))
    return true
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#begin(request, response)) return
    const asked = this.#askedHost(request)
    for (const [name, value] of Object.entries(securityHeaders(asked))) response.setHeader(name, value)
    response.setHeader('Cache-Control', 'no-store')
    try {
      await this.#route(asked, request, response)
    } catch (error) {
      // Mostly whoever asked has gone away.
      if (response.headersSent) response.destroy()
      else {
        // What follows may be a ticket.
        const route = pathOf(request)?.split('/')[1] ?? ''
        this.#parts.log.warn({ path: `/${route}`, error: asError(error).message }, 'a page was not answered')
        sendText(response, 500, 'The hub could not answer; its log says why.')
      }
    }
  }

  async #route(asked: AskedHost | null, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request)
    if (asked === null) {
      const words =
        'This hub is not called so: open it by its address, or add the name in hub.toml, [web] hosts = ["house.example"], and restart the hub.'
      sendText(response, 421, words)
      return
    }
    if (path === null) {
      sendText(response, 400, 'The address of this page cannot be read.')
      return
    }
    const route = this.#parts.routes.get(path.split('/')[1] ?? '')
    const methods = route?.methods ?? ['GET', 'HEAD']
    if (!methods.includes(request.method ?? '')) {
      response.setHeader('Allow', methods.join(', '))
      sendText(response, 405, `Only ${methods.join(' and ')} here.`)
      return
    }
    if (!route) {
      await this.#files.answer(path, request, response)
      return
    }
    const place = this.#places.get(request.socket)
    const remote = request.socket.remoteAddress ?? ''
    await route.answer({ request, response, path, asked, remote, known: () => place?.arrived() })
  }

  #askedHost({ headers, socket }: IncomingMessage): AskedHost | null {
    return askedHost(headers.host, { localAddress: socket.localAddress, names: this.#parts.names })
  }
}

/** Decoded, without the query; `null` where it cannot be decoded. */
function pathOf({ url = '' }: IncomingMessage): string | null {
  try {
    return decodeURIComponent(url.split('?')[0] ?? '')
  } catch {
    return null
  }
}
