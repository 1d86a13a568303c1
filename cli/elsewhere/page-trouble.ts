import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { authorityOf, type HubPlace } from './hub-place.ts'

const CHANGED: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
  'CERT_UNTRUSTED',
])
const DATED: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])
const REFUSED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'])
const UNKNOWN: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL'])
const SAID_LENGTH = 300

/** Text of a server that is not known yet: one line, and not more of it than anybody reads. */
export function saidText(text: string): string {
  return cutText(cleanText(text), SAID_LENGTH)
}

/** Why nothing came of a connection to the page of a hub, by what the operating system and TLS said, and what helps. */
export function pageTrouble(place: HubPlace, thrown: unknown): LaresError {
  if (thrown instanceof LaresError) return thrown
  const error = asError(thrown) as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }
  // Each address of a name was tried: the last says it as well as any.
  const { code = '', message } = error.errors?.at(-1) ?? error
  const where = authorityOf(place)
  const away = (says: string, hint: string) => new LaresError('unreachable', says, { cause: thrown, hint })
  if (CHANGED.has(code)) return changedCertificate(place, thrown)
  if (DATED.has(code) || /not yet valid|has expired/.test(message))
    return away(
      `the certificate of ${where} ${code === 'CERT_NOT_YET_VALID' ? 'is not valid yet' : 'has expired'}, or the clock of this machine is wrong`,
      'Look at the clock of both machines: timedatectl. The hub renews its certificate by itself where its clock is right.',
    )
  // OpenSSL says it of the names that the authority of a house may vouch for.
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'PERMITTED_VIOLATION')
    return new LaresError('wrong_pin', `the certificate of ${where} is for another name: ${namesOf(error)}`, {
      cause: thrown,
      hint: 'Log in by a name or an address that stands in it, or name this one in hub.toml, [web] hosts.',
    })
  if (/wrong version number|packet length too long|http request|unknown protocol|record layer failure/i.test(message))
    return away(
      `${where} answers without TLS: the page of a hub is elsewhere`,
      'Name the port of the page: lares hub status on the machine of the hub shows it, usually 8443.',
    )
  if (UNKNOWN.has(code))
    return away(
      `nobody knows the name ${place.host} here`,
      'Look how it is spelt and whether this machine is in the network of the house, or write the address: lares login 192.168.1.5.',
    )
  if (REFUSED.has(code))
    return away(
      `nobody answers at ${where}: ${saidText(message)}`,
      'Look at the address and whether the hub runs; its page is opened to the house in hub.toml: [listen] https = "0.0.0.0:8443".',
    )
  return away(
    `${where} does not answer: ${saidText(message)}`,
    'Look at the address and its port (that of the page, usually 8443), the network, and whether the hub runs.',
  )
}

/** Not the certificate by which the hub is known: nothing was sent. */
export function changedCertificate(place: HubPlace, cause?: unknown): LaresError {
  const where = authorityOf(place)
  return new LaresError('wrong_pin', `${where} shows a certificate that is not the one of this hub; nothing was sent`, {
    cause,
    hint:
      'Either the hub got another authority, as after a new installation, or somebody stands between. Compare at the machine of the hub ' +
      `(sudo lares setup shows the fingerprint), then log in again: lares login ${where}.`,
  })
}

function namesOf(error: Error & { cert?: { subjectaltname?: string } }): string {
  const names = error.cert?.subjectaltname ?? ''
  return saidText(names.replaceAll(/(?:DNS|IP Address):/g, '')) || 'it names none'
}
