import { z } from 'zod'
import { LaresError } from './errors.ts'

/**
 * What a person carries from the hub to a new device: where the hub is, how to know that it is the right one,
 * and a code that is good once for ten minutes.
 */
export interface JoinToken {
  /** Addresses to try in order, `host:port`. */
  addresses: string[]
  /** SHA-256 of the hub certificate's public key (SubjectPublicKeyInfo, DER), base64url. */
  pin: string
  code: string
}

const PREFIX = 'lares1.'

/** How many addresses a token can carry: it must still be copied by hand. */
export const JOIN_ADDRESSES = 8

const schema = z.object({
  a: z
    .array(z.string().regex(/^.+:\d{1,5}$/))
    .min(1)
    .max(JOIN_ADDRESSES),
  p: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  c: z.string().min(1).max(64),
})

export function formatJoinToken(token: JoinToken): string {
  const json = JSON.stringify({ a: token.addresses, p: token.pin, c: token.code })
  return PREFIX + Buffer.from(json).toString('base64url')
}

/** Throws `bad_token` when the text is no whole join token. White space around and inside it is ignored. */
export function parseJoinToken(text: string): JoinToken {
  const compact = text.replace(/\s+/g, '')
  if (!compact.startsWith(PREFIX)) throw new LaresError('bad_token', `a join token starts with ${PREFIX}`)
  try {
    const json = JSON.parse(Buffer.from(compact.slice(PREFIX.length), 'base64url').toString())
    const { a, p, c } = schema.parse(json)
    return { addresses: a, pin: p, code: c }
  } catch (cause) {
    throw new LaresError('bad_token', 'this join token is damaged or cut off', { cause })
  }
}
