import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import type { Clock } from '../../shared/clock.ts'
import type { HubPlace } from './hub-place.ts'
import { pageTrouble } from './page-trouble.ts'
import { type PageTrust, trustedHere } from './page-trust.ts'

/** What a server shows of itself before anybody trusts it. */
export interface ShownHub {
  trust: PageTrust
  /** SHA-256 of what is to be trusted, as a hub shows it: pairs with colons. */
  fingerprint: string
  /** Of the certificate itself, where something else is to be trusted. */
  own: string
}

const LOOK_MS = 10_000
/** A chain that leads nowhere. */
const MOST_ISSUERS = 8
/** What the authorities of houses call themselves. */
const OF_HOUSE = /(?:^|\n)CN=Lares house /

/** Looks at the certificate of a server, and sends nothing. Throws `unreachable`. */
export function lookAtHub(place: HubPlace, clock: Clock): Promise<ShownHub> {
  const { host, port } = place
  return new Promise((resolve, reject) => {
    const peer = connect({
      ...{ host, port, rejectUnauthorized: false, minVersion: 'TLSv1.2', ca: trustedHere() },
      ...(isIP(host) === 0 ? { servername: host } : {}),
    })
    const end = (error?: unknown) => {
      cancel()
      peer.removeAllListeners()
      peer.on('error', () => {})
      peer.destroy()
      if (error !== undefined) reject(pageTrouble(place, error))
    }
    const cancel = clock.after(LOOK_MS, () => end(new Error(`no answer in ${LOOK_MS / 1_000} s`)))
    peer.once('error', end)
    peer.once('close', () => end(new Error('the connection was closed')))
    peer.once('secureConnect', () => {
      try {
        resolve(shownBy(peer))
        end()
      } catch (error) {
        end(error)
      }
    })
  })
}

function shownBy(peer: TLSSocket): ShownHub {
  const leaf = peer.getPeerX509Certificate()
  if (!leaf) throw new Error('it shows no certificate')
  const own = leaf.fingerprint256
  if (peer.authorized) return { trust: { kind: 'system' }, fingerprint: own, own }
  const authority = authorityIn(peer.getPeerCertificate(true), leaf)
  return authority
    ? { trust: { kind: 'authority', pem: authority.toString() }, fingerprint: authority.fingerprint256, own }
    : { trust: { kind: 'certificate', pem: leaf.toString() }, fingerprint: own, own }
}

/**
 * The authority of a house, where it came along and signed the certificate. Any other authority may have signed more than this hub:
 * then the certificate alone is trusted.
 */
function authorityIn(shown: DetailedPeerCertificate, leaf: X509Certificate): X509Certificate | null {
  let at: DetailedPeerCertificate | undefined = shown.issuerCertificate
  for (let step = 0; at && step < MOST_ISSUERS; step += 1) {
    const one = new X509Certificate(at.raw)
    if (one.ca && OF_HOUSE.test(one.subject) && leaf.checkIssued(one) && leaf.verify(one.publicKey)) return one
    if (at.issuerCertificate === at) return null
    at = at.issuerCertificate
  }
  return null
}
