import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'

export interface Received {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** What it does with a request once it has all of it. */
export type Answer = (response: ServerResponse, received: Received) => void

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

export const takes: Answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')

/** An HTTP server on loopback that notes what it gets. `tls`: with this key and certificate. */
export async function recordingServer(answer: Answer = takes, tls?: { key: string; cert: string }) {
  const received: Received[] = []
  const behaviour = { answer }
  const listener: RequestListener = (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
      received.push(one)
      behaviour.answer(response, one)
    })
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, port, received, behaviour }
}
