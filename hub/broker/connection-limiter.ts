export interface ConnectionLimits {
  connections: number
  connectionsPerAddress: number
  /** Connections that have not been accepted yet. */
  arriving: { total: number; perAddress: number }
}

/** A connection's place among the others. */
export interface Place {
  /** The other side has shown who it is. */
  arrived(): void
  /** The connection is closed. Calling it twice is safe. */
  leave(): void
}

interface Address {
  connections: number
  /** Those that have not shown who they are, by age, with what closes them. */
  arriving: Set<() => void>
}

/** The unix socket: whoever may open it must get in, however many others are there. */
export const LOCAL_ADDRESS = 'local'

/**
 * Counts connections, in all and per address, and says when there are enough. Those that have not shown who they are have
 * few places and lose them to newer ones, so that silent ones keep nobody out: the one of the same address that has waited
 * longest, or of the address that has most of them.
 */
export class ConnectionLimiter {
  /** Connections turned away so far, or closed to make room. */
  refused = 0
  #limits: ConnectionLimits
  #total = 0
  #arriving = 0
  #addresses = new Map<string, Address>()

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  get total(): number {
    return this.#total
  }

  /** Takes a place for the address, or says why there is none. `close` ends the connection when its place is needed. */
  enter(address: string, close: () => void): Place | { refuse: string } {
    const { connections, connectionsPerAddress, arriving } = this.#limits
    const here = this.#addresses.get(address) ?? { connections: 0, arriving: new Set() }
    if (this.#arriving >= arriving.total) this.#evict(this.#mostArriving())
    else if (here.arriving.size >= arriving.perAddress) this.#evict(here)
    if (this.#total >= connections && address !== LOCAL_ADDRESS) return this.#refuse('too many connections')
    if (here.connections >= connectionsPerAddress) return this.#refuse('too many connections from this address')
    this.#addresses.set(address, here)
    this.#total += 1
    this.#arriving += 1
    here.connections += 1
    here.arriving.add(close)
    const arrived = () => {
      if (here.arriving.delete(close)) this.#arriving -= 1
    }
    let left = false
    return {
      arrived,
      leave: () => {
        if (left) return
        left = true
        arrived()
        this.#total -= 1
        here.connections -= 1
        if (here.connections === 0) this.#addresses.delete(address)
      },
    }
  }

  #mostArriving(): Address | undefined {
    let most: Address | undefined
    for (const address of this.#addresses.values()) {
      if (address.arriving.size > (most?.arriving.size ?? 0)) most = address
    }
    return most
  }

  #evict(address: Address | undefined): void {
    const [close] = address?.arriving ?? []
    if (!address || !close) return
    this.refused += 1
    address.arriving.delete(close)
    this.#arriving -= 1
    close()
  }

  #refuse(reason: string): { refuse: string } {
    this.refused += 1
    return { refuse: reason }
  }
}
