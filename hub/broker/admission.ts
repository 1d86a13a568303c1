export interface AdmissionLimits {
  connections: number
  connectionsPerAddress: number
}

/** Counts connections, in all and per address, and says when there are enough. */
export class Admission {
  /** Connections turned away so far. */
  refused = 0
  #limits: AdmissionLimits
  #total = 0
  #perAddress = new Map<string, number>()

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  get total(): number {
    return this.#total
  }

  /** Takes a place for the address. Returns how to give it back (once), or why there is none. */
  enter(address: string): { leave: () => void } | { refuse: string } {
    const here = this.#perAddress.get(address) ?? 0
    if (this.#total >= this.#limits.connections) return this.#refuse('too many connections')
    if (here >= this.#limits.connectionsPerAddress) return this.#refuse('too many connections from this address')
    this.#total += 1
    this.#perAddress.set(address, here + 1)
    let left = false
    return {
      leave: () => {
        if (left) return
        left = true
        this.#leave(address)
      },
    }
  }

  #refuse(reason: string): { refuse: string } {
    this.refused += 1
    return { refuse: reason }
  }

  #leave(address: string): void {
    this.#total -= 1
    const here = (this.#perAddress.get(address) ?? 1) - 1
    if (here > 0) this.#perAddress.set(address, here)
    else this.#perAddress.delete(address)
  }
}
