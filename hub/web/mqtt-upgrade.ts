import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { PACKET_BYTES } from '../../shared/limits.ts'
import type { AskedHost } from './answered-hosts.ts'
import { securityHeaders } from './security-headers.ts'

/** The only subprotocol [MQTT-6.0.0-3]. */
const SUBPROTOCOL = 'mqtt'
/** [MQTT-6.0.0-1]: what is not binary ends the connection. */
const UNSUPPORTED_DATA = 1003

export interface Upgrade {
  request: IncomingMessage
  socket: Duplex
  head: Buffer
}

/** MQTT over WebSocket. */
export class MqttUpgrade {
  #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // What is packed is small, and each connection would pay for it with memory.
    perMessageDeflate: false,
    maxPayload: PACKET_BYTES.afterConnect,
    handleProtocols: () => SUBPROTOCOL,
  })

  /**
   * Makes the stream of a client that may come in, and hands it to `take`; says to any other why not, and closes it.
   * Any page may open a WebSocket to any host, with the cookies of that host: only the page of this hub has its origin.
   */
  answer(
    path: string,
    asked: AskedHost | null,
    { request, socket, head }: Upgrade,
    take: (stream: Duplex) => void,
  ): void {
    socket.on('error', () => {})
    const refusal = refusalOf(path, asked, request)
    if (refusal !== null) {
      refuse(socket, asked, refusal)
      return
    }
    this.#server.handleUpgrade(request, socket, head, (peer) => {
      peer.on('error', () => {})
      peer.on('message', (_bytes, isBinary) => {
        if (isBinary) return
        peer.close(UNSUPPORTED_DATA)
        stream.destroy()
      })
      const stream = createWebSocketStream(peer)
      take(stream)
    })
  }
}

interface Refusal {
  status: string
  says: string
}

function refusalOf(path: string, asked: AskedHost | null, { headers, method }: IncomingMessage): Refusal | null {
  if (asked === null) return { status: '421 Misdirected Request', says: 'this hub is not called so' }
  if (path !== '/mqtt' || method !== 'GET') return { status: '404 Not Found', says: 'a WebSocket is at /mqtt' }
  if (!isOwnOrigin(headers.origin, asked))
    return { status: '403 Forbidden', says: `the origin must be https://${asked.authority}` }
  const offered = String(headers['sec-websocket-protocol'] ?? '').split(',')
  if (!offered.some((one) => one.trim() === SUBPROTOCOL))
    return { status: '400 Bad Request', says: 'the subprotocol must be mqtt' }
  return null
}

/** Whether a request comes from a page that this hub served. A browser says it of every WebSocket and every POST. */
export function isOwnOrigin(origin: string | undefined, asked: AskedHost): boolean {
  return origin !== undefined && origin.toLowerCase() === `https://${asked.authority}`
}

function refuse(socket: Duplex, asked: AskedHost | null, { status, says }: Refusal): void {
  const body = `${says}\n`
  const headers = {
    ...securityHeaders(asked),
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  // Nobody reads what else it says, so its end would never be seen, and its place never be free.
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`)
}
