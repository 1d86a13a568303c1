import { networkInterfaces } from 'node:os'
import { splitAddress } from '../shared/address.ts'
import { asError, LaresError } from '../shared/errors.ts'
import type { HubConfig } from './config.ts'

const MOST = 8

/**
 * Where agents can reach this hub, for join tokens: the configured addresses, or those of this machine
 * when it listens on all of them. Throws `no_addresses` when the machine does not tell: the kernel answers only over
 * netlink, which a service may be forbidden to use.
 */
export function advertisedAddresses(config: HubConfig, port: number, interfaces = networkInterfaces): string[] {
  if (config.advertise.length > 0) return config.advertise
  const { host } = splitAddress(config.listen.tls)
  if (host !== '0.0.0.0' && host !== '::') return [`${host.includes(':') ? `[${host}]` : host}:${port}`]
  const own = Object.values(listed(interfaces))
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => !address.internal && address.family === 'IPv4')
    .map((address) => `${address.address}:${port}`)
  return own.length > 0 ? own.slice(0, MOST) : [`127.0.0.1:${port}`]
}

function listed(interfaces: typeof networkInterfaces): ReturnType<typeof networkInterfaces> {
  try {
    return interfaces()
  } catch (cause) {
    throw new LaresError('no_addresses', `the addresses of this machine cannot be listed: ${asError(cause).message}`, {
      cause,
    })
  }
}
