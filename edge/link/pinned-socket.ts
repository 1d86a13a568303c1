import { constants, createHash } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { connect } from 'node:tls'
import type { Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'

export interface PinnedSocketOptions {
  /** `host:port`; an IPv6 address in brackets. */
  address: string
  /** SHA-256 of the server certificate's public key (SubjectPublicKeyInfo, DER), base64url. */
  pin: string
  clock: Clock
  /** For all of it: name, TCP, TLS. Default 10 s. */
  timeoutMs?: number
  signal?: AbortSignal
}

const CONNECT_TIMEOUT_MS = 10_000

/**
 * Opens TLS to a server that has the pinned key, and to no other. Names and dates in the certificate are not looked at:
 * a Pi may wake in 1970, and a house's hub has no name that an authority would sign.
 *
 * The socket is handed over only after the key was compared, so another server never receives a byte of what is
 * written to it. Node does not call `checkServerIdentity` when unauthorized certificates are let through, so the
 * comparison stands here.
 *
 * Throws `wrong_pin` for another key, `unreachable` for everything else.
 */
export function openPinnedSocket(options: PinnedSocketOptions): Promise<TLSSocket> {
  const { address, pin, clock, signal } = options
  const { host, port } = readHubAddress(address)
  const timeoutMs = options.timeoutMs ?? CONNECT_TIMEOUT_MS
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      // A resumed session would vouch for itself: each connection shows its certificate.
      secureOptions: constants.SSL_OP_NO_TICKET,
    })
    const give = (error: LaresError) => {
      settle()
      // A late error of a socket nobody waits for must not end the program.
      socket.on('error', () => {})
      socket.destroy()
      reject(error)
    }
    const onError = (error: unknown) => give(unreachable(address, describe(error), error))
    const onClose = () => give(unreachable(address, 'the connection was closed during the TLS handshake'))
    const onAbort = () => give(unreachable(address, 'given up'))
    const cancelTimeout = clock.after(timeoutMs, () =>
      give(unreachable(address, `no answer within ${Math.round(timeoutMs / 1_000)} s`)),
    )
    const settle = () => {
      cancelTimeout()
      signal?.removeEventListener('abort', onAbort)
      socket.off('error', onError).off('close', onClose)
    }
    socket.on('error', onError).on('close', onClose)
    if (signal?.aborted) {
      onAbort()
      return
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    socket.once('secureConnect', () => {
      const shown = pinOf(socket)
      if (shown !== pin) {
        give(wrongPin(address, pin, shown))
        return
      }
      settle()
      socket.setNoDelay(true)
      resolve(socket)
    })
  })
}

/** The pin of the key that the peer has shown, or `null` when it has shown none in this very handshake. */
function pinOf(socket: TLSSocket): string | null {
  if (socket.isSessionReused()) return null
  const certificate = socket.getPeerX509Certificate()
  return certificate ? publicKeyPin(certificate.publicKey.export({ type: 'spki', format: 'der' })) : null
}

/** The pin of a public key in SPKI DER. */
export function publicKeyPin(spki: Buffer): string {
  return createHash('sha256').update(spki).digest('base64url')
}

/** Splits `host:port` and `[v6]:port`. Throws `bad_config` for anything else. */
export function readHubAddress(address: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port < 1 || port > 65_535)
    throw new LaresError('bad_config', `"${address}" is no address of the form host:port`)
  return { host, port }
}

function wrongPin(address: string, pin: string, shown: string | null): LaresError {
  const found = shown === null ? 'no certificate' : `a key with the pin ${shown.slice(0, 12)}…`
  return new LaresError('wrong_pin', `${address} shows ${found}, the hub's is ${pin.slice(0, 12)}…`)
}

function unreachable(address: string, why: string, cause?: unknown): LaresError {
  return new LaresError('unreachable', `cannot reach ${address}: ${why}`, cause === undefined ? {} : { cause })
}

/** Node tries several addresses of a host at once; its error then has no message of its own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return asError(error.errors[0]).message
  return asError(error).message
}
