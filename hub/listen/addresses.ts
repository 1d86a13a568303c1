import { networkInterfaces } from 'node:os'
import { splitAddress } from '../../shared/address.ts'
import { asError, inOneLine, LaresError } from '../../shared/errors.ts'
import { JOIN_ADDRESSES } from '../../shared/join-token.ts'
import type { HubConfig } from '../config.ts'
import { defaultRouteInterfaces, passingAddresses } from './default-routes.ts'

/** Where agents can reach this hub, for invitations. */
export interface Reach {
  /** `host:port`, the likeliest first; at most what a join token can carry. */
  addresses: string[]
  /** Why an invitation that names them may not work, each with its remedy. */
  warnings: string[]
}

/** What is asked of the machine, and only where the configuration does not say it. */
export interface AddressSources {
  interfaces: typeof networkInterfaces
  routes: typeof defaultRouteInterfaces
  passing: typeof passingAddresses
}

const MACHINE: AddressSources = {
  interfaces: networkInterfaces,
  routes: defaultRouteInterfaces,
  passing: passingAddresses,
}

/** Bridges and cables to containers and virtual machines, which nobody else in the house can reach. */
const VIRTUAL = /^(?:docker|br-[0-9a-f]{12}|veth|virbr|vnet|lxc|lxd|cni|flannel|cali|podman|vmnet|vboxnet)/

/**
 * The configured addresses, the one it listens on, or those of this machine: first of the interfaces with the default
 * route, then of the others, those of containers only where there are no others. Throws `no_addresses` when the
 * machine does not tell: the kernel answers only over netlink, which a service may be forbidden to use.
 */
export function reachOf(config: HubConfig, port: number, machine: AddressSources = MACHINE): Reach {
  const { host, port: configured } = splitAddress(config.listen.tls)
  const warnings =
    configured === 0
      ? ['The port is another one after each start of the hub: name one in hub.toml, [listen] tls = "0.0.0.0:8883".']
      : []
  if (isLoopback(host)) warnings.push(...onLoopback(config))
  if (config.advertise.length > 0) return { addresses: config.advertise.slice(0, JOIN_ADDRESSES), warnings }
  const at = (address: string) => `${address.includes(':') ? `[${address}]` : address}:${port}`
  if (host !== '0.0.0.0' && host !== '::') return { addresses: [at(host)], warnings }
  const own = ownAddresses(machine)
  const usable = own.filter((address) => host === '::' || !address.includes(':'))
  if (usable.length > 0) return { addresses: usable.slice(0, JOIN_ADDRESSES).map(at), warnings }
  const why =
    own.length > 0
      ? 'This machine has only IPv6 addresses and the hub listens on IPv4 alone: set [listen] tls = "[::]:8883" in hub.toml and restart the hub.'
      : 'This machine has no address in a network: only an agent on this machine can join. Connect it, then invite again.'
  return { addresses: [at('127.0.0.1')], warnings: [...warnings, why] }
}

/**
 * Where a program that speaks without TLS reaches this hub: the address it listens on there, or the likeliest of this machine.
 * Whoever can listen in the network reads the passwords that go there, which is said.
 */
export function plainReachOf(
  config: Pick<HubConfig, 'listen'>,
  port: number,
  machine: AddressSources = MACHINE,
): { server: string; warnings: string[] } {
  const { host } = splitAddress(config.listen.plain)
  if (isLoopback(host))
    return {
      server: `${host}:${port}`,
      warnings: [
        `The hub listens on ${config.listen.plain}, so only a program on this machine can log in. To let in others, set [listen] ` +
          'plain = "0.0.0.0:1883" in hub.toml and restart the hub: then whoever can listen in your network reads the password.',
      ],
    }
  const read = ['Without TLS, whoever can listen in your network reads this password.']
  if (host !== '0.0.0.0' && host !== '::') return { server: `${host}:${port}`, warnings: read }
  const own = ownAddresses(machine).find((address) => host === '::' || !address.includes(':'))
  if (own === undefined)
    return { server: `127.0.0.1:${port}`, warnings: ['This machine has no address in a network: connect it first.'] }
  return { server: `${own.includes(':') ? `[${own}]` : own}:${port}`, warnings: read }
}

/** Where a browser reaches the page: the address it listens on there, or those of this machine, the likeliest first. */
export function pageReachOf(
  config: Pick<HubConfig, 'listen'>,
  port: number,
  machine: AddressSources = MACHINE,
): { origins: string[]; warnings: string[] } {
  const { host } = splitAddress(config.listen.https)
  const at = (address: string) => `https://${address.includes(':') ? `[${address}]` : address}:${port}`
  if (isLoopback(host))
    return {
      origins: [at(host === '127.0.0.1' ? 'localhost' : host)],
      warnings: [
        `The page answers on ${config.listen.https}, so only a browser on this machine can open it. To let the house in, set [listen] ` +
          'https = "0.0.0.0:8443" in hub.toml and restart the hub.',
      ],
    }
  if (host !== '0.0.0.0' && host !== '::') return { origins: [at(host)], warnings: [] }
  const own = ownAddresses(machine).filter((address) => host === '::' || !address.includes(':'))
  if (own.length > 0) return { origins: own.slice(0, JOIN_ADDRESSES).map(at), warnings: [] }
  return { origins: [at('localhost')], warnings: ['This machine has no address in a network: connect it first.'] }
}

/** The same while the hub could not open its port, or someone else would be reached there: `why` it could not. */
export function whileClosed({ addresses, warnings }: Reach, why: Error | null): Reach {
  const closed = why === null ? [] : [`No device can join at present: ${inOneLine(why)}`]
  return { addresses, warnings: [...warnings, ...closed] }
}

/** A tunnel or a proxy may lead to loopback, where addresses are advertised. */
function onLoopback({ advertise, listen }: HubConfig): string[] {
  if (advertise.length > 0)
    return [`The hub itself listens on ${listen.tls} alone: something must lead there from ${advertise.join(', ')}.`]
  return [
    `The hub listens on ${listen.tls}, so only an agent on this machine can join. To let the house in, set ` +
      '[listen] tls = "0.0.0.0:8883" in hub.toml and restart the hub, then invite again.',
  ]
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}

/** Of this machine, the likeliest first. Throws `no_addresses`. IPv4 before IPv6, and of that what lasts. */
export function ownAddresses({ interfaces, routes, passing }: AddressSources = MACHINE): string[] {
  const listed = Object.entries(list(interfaces))
  const first = routes()
  const place = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length)
  const inHouse = listed.filter(([name]) => first.includes(name) || !VIRTUAL.test(name))
  const chosen = (inHouse.some(([, own]) => reachable(own, passing()).length > 0) ? inHouse : listed).sort(
    ([a], [b]) => place(a) - place(b),
  )
  return chosen.flatMap(([, own]) => reachable(own, passing()))
}

type Own = ReturnType<typeof networkInterfaces>[string]

function reachable(own: Own, passing: ReadonlySet<string>): string[] {
  const outside = (own ?? []).filter(({ internal }) => !internal)
  const of = (family: string) => outside.filter((address) => address.family === family).map(({ address }) => address)
  const lasting = of('IPv6').filter((address) => !/^fe[89ab]/i.test(address) && !passing.has(hexOf(address)))
  // A unique local address stays when the provider gives the house another prefix.
  const local = (address: string) => Number(!/^f[cd]/i.test(address))
  return [...of('IPv4'), ...lasting.sort((a, b) => local(a) - local(b))]
}

/** An IPv6 address as 32 hex digits. */
function hexOf(address: string): string {
  const [head = '', tail] = address.split('::')
  const words = (text: string) => (text === '' ? [] : text.split(':'))
  const [before, after] = [words(head), words(tail ?? '')]
  const middle = tail === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...middle, ...after].map((word) => word.padStart(4, '0')).join('')
}

function list(interfaces: typeof networkInterfaces): ReturnType<typeof networkInterfaces> {
  try {
    return interfaces()
  } catch (cause) {
    throw new LaresError('no_addresses', `the addresses of this machine cannot be listed: ${asError(cause).message}`, {
      cause,
    })
  }
}
