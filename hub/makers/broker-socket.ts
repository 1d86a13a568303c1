import { constants } from 'node:crypto'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely, type TLSSocket } from 'node:tls'
import type { Clock } from '../../shared/clock.ts'
import { shownPin } from './key-pin.ts'

/** Where a broker is, and how it is known. */
export interface BrokerPlace {
  /** `mqtt://host:port` or `mqtts://host:port`; `unix:` with a path is a socket of this machine. */
  url: string
  /** The certificate of its authority, PEM; `null`: those that the system knows. */
  ca: string | null
  /** The only key that it may show, as `readPin` gives it: then names, dates and authorities in its certificate say nothing. */
  pin: string | null
}

/** It is there, and is not known to be the one that is meant. */
export class UnknownBroker extends Error {
  /** Of OpenSSL or Node, or `WRONG_PIN`. */
  readonly code: string
  /** What its key is. */
  readonly shown: string | null

  constructor(code: string, shown: string | null) {
    super(`its certificate is not taken: ${code}`)
    this.code = code
    this.shown = shown
  }
}

/** A socket of this machine, with its path behind it: the hub's own. */
const LOCAL = 'unix:'
/** Of `mqtt:` and of `mqtts:`. */
const PORTS = { plain: 1_883, tls: 8_883 }
/** For all of it: name, TCP, TLS. */
const CONNECT_MS = 10_000

/**
 * Connects to a broker. The socket is handed over once it is known who answers, so nobody else is ever sent a password. Rejects with an
 * `UnknownBroker`, or with the error of the socket. `signal` gives it up.
 */
export function openBrokerSocket(
  place: BrokerPlace,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Socket> {
  const isSecure = place.url.startsWith('mqtts:')
  const socket = isSecure ? dialSecurely(place) : dial(place)
  return new Promise((resolve, reject) => {
    const give = (error: Error) => {
      settle()
      // A late error of a socket nobody waits for must not end the program.
      socket.on('error', () => {})
      socket.destroy()
      reject(error)
    }
    const onClose = () => give(Object.assign(new Error('it ended the connection'), { code: 'ECONNRESET' }))
    const onAbort = () => give(new Error('given up'))
    const cancelTimeout = clock.after(CONNECT_MS, () =>
      give(Object.assign(new Error('it does not answer'), { code: 'ETIMEDOUT' })),
    )
    const settle = () => {
      cancelTimeout()
      signal.removeEventListener('abort', onAbort)
      socket.off('error', give).off('close', onClose)
    }
    socket.on('error', give).on('close', onClose)
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      const stranger = isSecure ? strangerAt(socket as TLSSocket, place) : null
      if (stranger) {
        give(stranger)
        return
      }
      settle()
      socket.setNoDelay(true)
      resolve(socket)
    })
  })
}

function dial({ url }: BrokerPlace): Socket {
  if (url.startsWith(LOCAL)) return connect(url.substring(LOCAL.length))
  const { host, port } = addressOf(url)
  return connect({ host, port: port ?? PORTS.plain })
}

/** Whoever answers is looked at before anything is sent. */
function dialSecurely({ url, ca }: BrokerPlace): TLSSocket {
  const { host, port } = addressOf(url)
  return connectSecurely({
    ...{ host, port: port ?? PORTS.tls, rejectUnauthorized: false },
    // A resumed session would vouch for itself: each connection shows its certificate.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...(isIP(host) ? {} : { servername: host }),
    ...(ca === null ? {} : { ca }),
  })
}

/** `null`: it is the one that is meant. */
function strangerAt(socket: TLSSocket, { pin }: BrokerPlace): UnknownBroker | null {
  const shown = shownPin(socket)
  if (pin !== null) return shown === pin ? null : new UnknownBroker('WRONG_PIN', shown)
  return socket.authorized ? null : new UnknownBroker(String(socket.authorizationError), shown)
}

function addressOf(url: string): { host: string; port: number | undefined } {
  const { hostname, port } = new URL(url)
  // Addresses of IPv6 stand in brackets.
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? undefined : Number(port) }
}
