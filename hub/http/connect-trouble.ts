import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { tlsTrouble } from '../../shared/tls-trouble.ts'

/** What the system says, in words. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'its name is known to nobody'],
  ['EAI_AGAIN', 'no name can be looked up: is there a network?'],
  ['ECONNRESET', 'it closed the connection without an answer'],
  ['EPIPE', 'it closed the connection without an answer'],
  ['ETIMEDOUT', 'it does not answer'],
  ['EHOSTUNREACH', 'there is no way to it'],
  ['ENETUNREACH', 'there is no way to it: is there a network?'],
])

/** Why nobody could be told, as an error that is worth another try. */
export function connectTrouble(error: unknown): LaresError {
  const { code, path, syscall } = error as { code?: string; path?: string; syscall?: string }
  const { message } = asError(error)
  const words =
    syscall === 'open' && path !== undefined
      ? `the file ${path} cannot be read (${code})`
      : (tlsTrouble(withCode(error))?.cause ?? WORDS.get(code ?? '') ?? cleanText(message))
  return new LaresError('unreachable', cutText(words, 400), { cause: error })
}

/** nodemailer puts a code of its own in the place of that of TLS, and leaves its words. */
function withCode(error: unknown): unknown {
  const { message } = asError(error)
  return /self-signed certificate|unable to (?:verify|get (?:local )?issuer)/.test(message)
    ? { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message }
    : error
}
