import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readHubConfig } from '../../../hub/config.ts'
import { type AddressSources, reachOf, whileClosed } from '../../../hub/listen/addresses.ts'
import { defaultRouteInterfaces, passingAddresses } from '../../../hub/listen/default-routes.ts'
import { LaresError } from '../../../shared/errors.ts'
import { formatJoinToken, parseJoinToken } from '../../../shared/join-token.ts'

function config(tls: string, advertise: string[] = []) {
  const defaults = readHubConfig(undefined)
  return { ...defaults, listen: { ...defaults.listen, tls }, advertise }
}

/** A machine with these addresses, in the order in which its kernel names them. */
function machine(addresses: Record<string, string[]>, files: Record<string, string> = {}): AddressSources {
  const info = (address: string): NetworkInterfaceInfo => ({
    address,
    netmask: '',
    mac: '',
    cidr: null,
    internal: address === '127.0.0.1' || address === '::1',
    ...(address.includes(':') ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' }),
  })
  const read = (file: string) => files[file] ?? ''
  return {
    interfaces: () => Object.fromEntries(Object.entries(addresses).map(([name, own]) => [name, own.map(info)])),
    routes: () => defaultRouteInterfaces(read),
    passing: () => passingAddresses(read),
  }
}

const ROUTE_HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
const route = (name: string, metric = 0, flags = '0003') =>
  `${name}\t00000000\t0100A8C0\t${flags}\t0\t0\t${metric}\t00000000\t0\t0\t0\n`
const network = (name: string) => `${name}\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`
const ZERO = '0'.repeat(32)
const route6 = (name: string, metric: string, flags = '00000003') =>
  `${ZERO} 00 ${ZERO} 00 fe800000000000000000000000000001 ${metric} 00000002 00000000 ${flags} ${name.padStart(8)}\n`

const LOOPBACK = { lo: ['127.0.0.1', '::1'] }

const refused: AddressSources = {
  ...machine({}),
  interfaces: () => {
    throw Object.assign(new Error('uv_interface_addresses returned Unknown system error 97'), {
      code: 'ERR_SYSTEM_ERROR',
    })
  },
}

describe('the addresses of an invitation', () => {
  it('are asked of the machine only where nothing else says them', () => {
    expect(reachOf(config('0.0.0.0:8883', ['hub.lan:8883']), 8883, refused)).toEqual({
      addresses: ['hub.lan:8883'],
      warnings: [],
    })
    expect(reachOf(config('192.168.1.7:8883'), 8883, refused)).toEqual({
      addresses: ['192.168.1.7:8883'],
      warnings: [],
    })
  })

  it('can be given by hand where the machine does not tell them', () => {
    let thrown: unknown
    try {
      reachOf(config('0.0.0.0:8883'), 8883, refused)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'no_addresses', hint: expect.stringContaining('advertise = [') })
  })

  it('name the network card with the default route before any other, and no container bridge beside it', () => {
    const bridges = Object.fromEntries(
      Array.from({ length: 10 }, (_, n) => [`br-0123456789a${n}`, [`172.${17 + n}.0.1`]]),
    )
    const own = { ...LOOPBACK, docker0: ['172.16.0.1'], ...bridges, tailscale0: ['100.64.0.7'], eth0: ['192.168.0.7'] }
    const files = { '/proc/net/route': ROUTE_HEAD + network('docker0') + route('eth0', 100) + network('eth0') }
    expect(reachOf(config('0.0.0.0:8883'), 8883, machine(own, files))).toEqual({
      addresses: ['192.168.0.7:8883', '100.64.0.7:8883'],
      warnings: [],
    })
  })

  it('name a bridge that is the way out, and bridges where there is nothing else', () => {
    const bridge = { ...LOOPBACK, 'br-0123456789ab': ['192.168.0.7'], eth1: ['10.0.0.7'] }
    const files = { '/proc/net/route': ROUTE_HEAD + route('br-0123456789ab') }
    expect(reachOf(config('0.0.0.0:8883'), 1, machine(bridge, files)).addresses).toEqual([
      '192.168.0.7:1',
      '10.0.0.7:1',
    ])
    expect(reachOf(config('0.0.0.0:8883'), 1, machine({ docker0: ['172.17.0.1'] })).addresses).toEqual(['172.17.0.1:1'])
  })

  it('name two ways out in the order of their metrics, and pass over one that is shut', () => {
    const own = { wlan0: ['192.168.0.8'], eth0: ['192.168.0.7'], wwan0: ['10.1.1.1'] }
    const files = {
      '/proc/net/route': ROUTE_HEAD + route('wwan0', 1, '0203') + route('wlan0', 600) + route('eth0', 100),
    }
    expect(reachOf(config('0.0.0.0:8883'), 1, machine(own, files)).addresses).toEqual([
      '192.168.0.7:1',
      '192.168.0.8:1',
      '10.1.1.1:1',
    ])
  })

  it('name the IPv6 addresses that stay, in brackets, when the hub listens on IPv6 too', () => {
    const own = {
      ...LOOPBACK,
      eth1: ['10.0.0.7'],
      eth0: ['192.168.0.7', '2001:db8::aaaa', '2001:db8::7', 'fd00::7', 'fe80::7'],
    }
    const files = {
      '/proc/net/if_inet6': '20010db800000000000000000000aaaa 02 40 00 01     eth0\n',
      '/proc/net/ipv6_route': route6('lo', 'ffffffff', '00200200') + route6('eth0', '00000064'),
    }
    const { addresses, warnings } = reachOf(config('[::]:8883'), 8883, machine(own, files))
    expect(addresses).toEqual(['192.168.0.7:8883', '[fd00::7]:8883', '[2001:db8::7]:8883', '10.0.0.7:8883'])
    expect(warnings).toEqual([])
    expect(parseJoinToken(formatJoinToken({ addresses, pin: 'p'.repeat(43), code: 'c' })).addresses).toEqual(addresses)
  })

  it('are never more than a token can carry', () => {
    const many = Array.from({ length: 20 }, (_, n) => `10.0.0.${n + 1}`)
    const { addresses } = reachOf(config('0.0.0.0:8883'), 8883, machine({ eth0: many }))
    expect(() => parseJoinToken(formatJoinToken({ addresses, pin: 'p'.repeat(43), code: 'c' }))).not.toThrow()
    const named = reachOf(config('0.0.0.0:8883', Array(20).fill('hub.lan:8883')), 8883, refused)
    expect(() => parseJoinToken(formatJoinToken({ ...named, pin: 'p'.repeat(43), code: 'c' }))).not.toThrow()
  })
})

/** What the warning says to write is written, and then nothing is to be warned of. */
describe('an invitation that cannot work', () => {
  const taken = (warning: string | undefined) => /\[listen\] tls = "([^"]+)"/.exec(warning ?? '')?.[1] ?? ''
  const house = machine({ ...LOOPBACK, eth0: ['192.168.0.7', 'fd00::7'] })

  it.each(['127.0.0.1:8883', '[::1]:8883', 'localhost:8883'])(
    'says that a hub on %s hears only this machine',
    (tls) => {
      const { warnings } = reachOf(config(tls), 8883, house)
      expect(warnings).toEqual([expect.stringContaining('only an agent on this machine')])
      expect(reachOf(config(taken(warnings[0])), 8883, house)).toEqual({
        addresses: ['192.168.0.7:8883'],
        warnings: [],
      })
    },
  )

  it('says that a machine with IPv6 alone has to listen on it', () => {
    const ipv6 = machine({ ...LOOPBACK, eth0: ['fd00::7'] })
    const { addresses, warnings } = reachOf(config('0.0.0.0:8883'), 8883, ipv6)
    expect(addresses).toEqual(['127.0.0.1:8883'])
    expect(warnings).toEqual([expect.stringContaining('IPv6')])
    expect(reachOf(config(taken(warnings[0])), 8883, ipv6)).toEqual({ addresses: ['[fd00::7]:8883'], warnings: [] })
  })

  it('says that a port of chance is another one tomorrow', () => {
    const { warnings } = reachOf(config('0.0.0.0:0'), 4711, house)
    expect(warnings).toEqual([expect.stringContaining('another one')])
    expect(reachOf(config(taken(warnings[0])), 8883, house).warnings).toEqual([])
  })

  it('says that this machine is in no network', () => {
    expect(reachOf(config('0.0.0.0:8883'), 8883, machine(LOOPBACK)).warnings).toEqual([
      expect.stringContaining('no address in a network'),
    ])
  })

  it('says that something must lead to loopback from what is advertised', () => {
    expect(reachOf(config('127.0.0.1:8883', ['hub.example:8883']), 8883, refused).warnings).toEqual([
      expect.stringContaining('hub.example:8883'),
    ])
  })

  it('come with what is in the way while the port could not be opened', () => {
    const reach = reachOf(config('192.168.0.5:8883'), 8883, machine(LOOPBACK))
    expect(whileClosed(reach, null)).toEqual(reach)
    const taken = new LaresError('bad_config', 'cannot listen on it: taken', { hint: 'Stop the other.' })
    expect(whileClosed(reach, taken)).toEqual({
      addresses: reach.addresses,
      warnings: [...reach.warnings, 'No device can join at present: cannot listen on it: taken. Stop the other.'],
    })
  })
})
