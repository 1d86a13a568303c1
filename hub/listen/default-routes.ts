import { readFileSync } from 'node:fs'

/** Where the kernel lists its routes and IPv6 addresses: files, because netlink may be forbidden to a service. */
const IPV4_ROUTES = '/proc/net/route'
const IPV6_ROUTES = '/proc/net/ipv6_route'
const IPV6_ADDRESSES = '/proc/net/if_inet6'

const UP = 0x1
const REJECT = 0x200
const NO_IPV6_HOP = '0'.repeat(32)
/** `IFA_F_TEMPORARY` and `IFA_F_DEPRECATED` of linux/if_addr.h. */
const PASSING = 0x01 | 0x20

type ReadFile = (file: string) => string

/**
 * Interfaces with a default route, the one with the smallest metric first: that is where the house's network is.
 * Empty where the machine has none, or does not say.
 */
export function defaultRouteInterfaces(read: ReadFile = readText): string[] {
  const routes = [...ipv4Routes(read(IPV4_ROUTES)), ...ipv6Routes(read(IPV6_ROUTES))]
  return [...new Set(routes.sort((a, b) => a.metric - b.metric).map(({ name }) => name))]
}

/** IPv6 addresses that go by themselves (privacy extensions, an old prefix), 32 hex digits each: agents stay for years. */
export function passingAddresses(read: ReadFile = readText): Set<string> {
  const addresses = read(IPV6_ADDRESSES)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return new Set(
    addresses.flatMap(([address, , , , flags]) =>
      address !== undefined && Number.parseInt(flags ?? '', 16) & PASSING ? [address] : [],
    ),
  )
}

interface Route {
  name: string
  metric: number
}

function ipv4Routes(text: string): Route[] {
  return text
    .split('\n')
    .map((line) => line.split('\t').map((field) => field.trim()))
    .flatMap(([name, destination, , flags, , , metric, mask]) =>
      name && destination === '00000000' && mask === '00000000' && leads(flags)
        ? [{ name, metric: Number(metric) }]
        : [],
    )
}

function ipv6Routes(text: string): Route[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([destination, length, , , , metric, , , flags, name]) =>
      name && name !== 'lo' && destination === NO_IPV6_HOP && length === '00' && leads(flags)
        ? [{ name, metric: Number.parseInt(metric ?? '', 16) }]
        : [],
    )
}

function leads(flags: string | undefined): boolean {
  const bits = Number.parseInt(flags ?? '', 16)
  return (bits & UP) !== 0 && (bits & REJECT) === 0
}

/** Nothing where the file is not there: another system, or a kernel without IPv6. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
