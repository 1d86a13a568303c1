import { createHash } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

const HEX = /^[0-9a-f]{64}$/i
const BASE64 = /^[\w+/-]{43}=?$/

/**
 * SHA-256 of a public key (SubjectPublicKeyInfo, DER) as 64 hexadecimal digits, which is what openssl prints; `null` when the text is none.
 * Read are these with or without colons, base64 of either alphabet, and `sha256:` or `sha256//` before it.
 */
export function readPin(given: string): string | null {
  const text = given.trim().replace(/^sha-?256(?::|=|\/{1,2})/i, '')
  const digits = text.replaceAll(':', '')
  if (HEX.test(digits)) return digits.toLowerCase()
  return BASE64.test(text) ? Buffer.from(text, 'base64').toString('hex') : null
}

/** The pin of the key that the other side has shown in this very handshake; `null`: none. */
export function shownPin(socket: TLSSocket): string | null {
  const key = socket.isSessionReused() ? undefined : socket.getPeerX509Certificate()?.publicKey
  return key
    ? createHash('sha256')
        .update(key.export({ type: 'spki', format: 'der' }))
        .digest('hex')
    : null
}
