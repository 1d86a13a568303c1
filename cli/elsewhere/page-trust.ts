import { isIP } from 'node:net'
import { type ConnectionOptions, getCACertificates } from 'node:tls'
import { z } from 'zod'
import type { HubPlace } from './hub-place.ts'

/**
 * By what a hub is known again: the authority of its house, or its certificate where it has one of its own, each as PEM; or those
 * that this machine trusts anyway. The name or address that was asked has to stand in the certificate in any case.
 */
export const pageTrust = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('system') }),
  z.strictObject({ kind: z.literal('authority'), pem: z.string().max(20_000) }),
  z.strictObject({ kind: z.literal('certificate'), pem: z.string().max(20_000) }),
])

export type PageTrust = z.infer<typeof pageTrust>

/** What Node brings along, what `NODE_EXTRA_CA_CERTS` names, and what an administrator gave this machine. */
export function trustedHere(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')]
}

/** How TLS is spoken with the hub of a place: only with that one. */
export function tlsOf({ host }: HubPlace, trust: PageTrust): ConnectionOptions {
  return {
    ca: trust.kind === 'system' ? trustedHere() : [trust.pem],
    // A certificate that was trusted by itself need not be an authority.
    allowPartialTrustChain: trust.kind === 'certificate',
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    // What stands in the certificate is compared with this, or where it is an address with the host.
    servername: isIP(host) === 0 ? host : '',
  }
}
