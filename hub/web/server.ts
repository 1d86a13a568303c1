import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Service } from '../../shared/lifecycle.ts'
import { Listener } from '../../shared/listener.ts'
import type { Log } from '../../shared/log.ts'
import type { HubHealth } from '../../shared/messages/hub-health.ts'

export interface WebParts {
  listen: string
  log: Log
  health: () => HubHealth
  metrics: () => Promise<{ type: string; text: string }>
}

/** `/health` and `/metrics`, on loopback. Everything else a program may want goes through the admin door. */
export class WebServer implements Service {
  #parts: WebParts
  #server: Server | null = null
  #listener: Listener

  constructor(parts: WebParts) {
    this.#parts = parts
    this.#listener = new Listener({ key: 'http', where: parts.listen, log: parts.log, server: () => this.#make() })
  }

  /** Where it listens; where it is to listen as long as it does not. */
  get port(): number {
    return this.#listener.port
  }

  /** Safe to call again after it failed. */
  async start(): Promise<void> {
    await this.#listener.start()
  }

  async stop(): Promise<void> {
    const server = this.#server
    if (server === null) return
    const closed = new Promise<void>((resolve) => server.once('close', resolve))
    const open = server.listening
    this.#listener.stop()
    // After `close`: one that came in between would be waited for as long as it likes.
    server.closeAllConnections()
    if (open) await closed
  }

  #make(): Server {
    this.#server = createServer((request, response) => void this.#answer(request, response))
    this.#server.headersTimeout = 5_000
    this.#server.requestTimeout = 10_000
    this.#server.maxConnections = 32
    return this.#server
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('X-Content-Type-Options', 'nosniff')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(response, 405, 'text/plain', 'only GET\n')
      return
    }
    const path = (request.url ?? '').split('?')[0]
    if (path === '/health') {
      const health = this.#parts.health()
      send(
        response,
        health.state === 'ok' || health.state === 'attention' ? 200 : 503,
        'application/json',
        `${JSON.stringify(health)}\n`,
      )
    } else if (path === '/metrics') {
      const { type, text } = await this.#parts.metrics()
      send(response, 200, type, text)
    } else send(response, 404, 'text/plain', 'there are /health and /metrics\n')
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type })
  response.end(body)
}
