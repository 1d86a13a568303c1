import { BlockList, isIP } from 'node:net'

/** Addresses that may come in, and those of this machine always. */
export class WyomingPeers {
  #known = new BlockList()

  /** Each an address or a network, such as `192.168.1.20` and `192.168.1.0/24`. Throws for what is neither. */
  constructor(allowed: readonly string[]) {
    this.#known.addSubnet('127.0.0.0', 8, 'ipv4')
    this.#known.addAddress('::1', 'ipv6')
    for (const one of allowed) {
      const [address = '', bits] = one.split('/')
      const family = familyOf(address)
      if (bits === undefined) this.#known.addAddress(address, family)
      else this.#known.addSubnet(address, Number(bits), family)
    }
  }

  has(address: string | undefined): boolean {
    if (address === undefined) return false
    // So a peer over IPv4 is called where both are listened to.
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
    return this.#known.check(plain, familyOf(plain))
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
