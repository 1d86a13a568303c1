import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'

/** A socket of this machine, with its path behind it: the hub's own. */
const LOCAL = 'unix:'
/** Of `mqtt:` and of `mqtts:`. */
const PORTS = { plain: 1_883, tls: 8_883 }

/**
 * A connection to `mqtt://host:port`, or to `mqtts://host:port` where the certificate has to be for that host and of an authority that
 * the system knows, or of `ca` (PEM), or to `unix:` with a path. What is wrong with it comes as its error.
 */
export function openBrokerSocket({ url, ca }: { url: string; ca: string | null }): Socket {
  if (url.startsWith(LOCAL)) return connect(url.substring(LOCAL.length))
  const { protocol, hostname, port } = new URL(url)
  // Addresses of IPv6 stand in brackets.
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (protocol !== 'mqtts:') return connect({ host, port: Number(port || PORTS.plain), noDelay: true })
  const socket = connectSecurely({
    ...{ host, port: Number(port || PORTS.tls) },
    ...(isIP(host) ? {} : { servername: host }),
    ...(ca === null ? {} : { ca }),
  })
  socket.setNoDelay(true)
  return socket
}
