import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AskedHost } from './answered-hosts.ts'

/** One request of a page or a program, asked of a name that this hub has. */
export interface WebRequest {
  request: IncomingMessage
  response: ServerResponse
  /** Decoded, without the query. */
  path: string
  asked: AskedHost
  /** Address of the other side. */
  remote: string
  /** The other side has shown who it is: its connection gives way to no newer one. */
  known(): void
}

/** What answers at a path, `/login`, or below it, `/files/…`: whichever stands first in the path. */
export interface WebRoute {
  methods: readonly string[]
  answer(request: WebRequest): Promise<void> | void
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${text}\n`)
}
