import { networkInterfaces } from 'node:os'
import { splitAddress } from '../shared/address.ts'
import type { HubConfig } from './config.ts'

const MOST = 8

/**
 * Where agents can reach this hub, for join tokens: the configured addresses, or those of this machine
 * when it listens on all of them.
 */
export function advertisedAddresses(config: HubConfig, port: number): string[] {
  if (config.advertise.length > 0) return config.advertise
  const { host } = splitAddress(config.listen.tls)
  if (host !== '0.0.0.0' && host !== '::') return [`${host.includes(':') ? `[${host}]` : host}:${port}`]
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => !address.internal && address.family === 'IPv4')
    .map((address) => `${address.address}:${port}`)
  return own.length > 0 ? own.slice(0, MOST) : [`127.0.0.1:${port}`]
}
