import { hostname } from 'node:os'

/** What a request says of whom it asked. */
export interface AskedHost {
  /** In small letters, without a port; of an IPv6 address without its brackets. */
  host: string
  /** As it stands in an origin: in small letters, with its port where it named one. */
  authority: string
}

const AUTHORITY = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?)(?::\d{1,5})?$/
const ALWAYS = new Set(['localhost', 'lares.local'])

/**
 * Whom a request asked, or `null` where this hub is not called so. A page of somebody else can have its own name lead to
 * this hub's address (DNS rebinding), and its browser then takes both for one origin: the name is still that of the page.
 * An address leads nowhere else, and is taken when it is the one at which the request arrived.
 */
export function askedHost(
  header: string | undefined,
  at: { localAddress: string | undefined; names: readonly string[]; machine?: () => string },
): AskedHost | null {
  const authority = (header ?? '').toLowerCase()
  const host = AUTHORITY.exec(authority)?.[1]?.replace(/^\[|\]$/g, '')
  if (host === undefined) return null
  const machine = (at.machine ?? hostname)().toLowerCase()
  const own = [machine, `${machine.split('.')[0]}.local`, plainAddress(at.localAddress ?? ''), ...at.names]
  return ALWAYS.has(host) || own.includes(host) ? { host, authority } : null
}

/** A socket that takes both families shows an IPv4 address as an IPv6 one. */
function plainAddress(address: string): string {
  return address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/%.*$/, '')
}
