export type Done = (error?: Error | null) => void

/** A publish of Aedes: takes the packet's place in the order at once and hands it to the emitter later. */
export type Publish<Packet, Client> = (packet: Packet, client: Client, done: Done) => void

export interface Submitted<Packet, Client> {
  packet: Packet
  client: Client
  /** It has reached the emitter, and whoever is away has it in the queue; or it failed before. */
  placed?: Done | undefined
  /** Every reader that keeps up has it. */
  done: Done
}

/**
 * Lets publishes enter the emitter in the order in which they were numbered.
 *
 * Aedes 1.2.0 numbers a packet, then waits for its persistence, then emits; a client drops whatever has a lower number
 * than the last packet it got. A QoS 0 packet that waits for nothing overtakes a QoS 1 packet, which is then lost.
 * So the next publish starts when the current one has reached the emitter, not when it was delivered:
 * a slow subscriber does not hold up the queue.
 */
export class OrderingGate<Packet, Client> {
  #publish: Publish<Packet, Client>
  #queue: Submitted<Packet, Client>[] = []
  #head = 0
  /** The publish that has not reached the emitter yet. */
  #current: Submitted<Packet, Client> | null = null
  #draining = false

  constructor(publish: Publish<Packet, Client>) {
    this.#publish = publish
  }

  submit(submitted: Submitted<Packet, Client>): void {
    this.#queue.push(submitted)
    if (this.#current === null && !this.#draining) this.#drain()
  }

  /** The emitter calls this for each packet it is handed. */
  emitted(error?: Error | null): void {
    const placed = this.#current?.placed
    this.#current = null
    placed?.(error)
    if (!this.#draining && this.#head < this.#queue.length) this.#drain()
  }

  #start(next: Submitted<Packet, Client>): void {
    this.#current = next
    this.#publish(next.packet, next.client, (error) => {
      // A publish that failed before it reached the emitter must not hold up the others.
      if (this.#current === next) this.emitted(error)
      next.done(error)
    })
  }

  #drain(): void {
    this.#draining = true
    while (this.#current === null && this.#head < this.#queue.length) {
      const next = this.#queue[this.#head]
      this.#head += 1
      if (next) this.#start(next)
    }
    if (this.#head === this.#queue.length) {
      this.#queue = []
      this.#head = 0
    }
    this.#draining = false
  }
}
