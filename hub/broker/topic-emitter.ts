import { FilterTree } from './filter-tree.ts'

/** What Aedes hands out as a subscription: it calls `done` once the packet is on its way. */
export type Deliver = (packet: EmittedPacket, done: () => void) => void

export interface EmittedPacket {
  topic: string
  /** Aedes' number of the packet: packets are emitted in its order. */
  brokerCounter?: number
}

interface Listener {
  deliver: Deliver
  rank: number
  /** Number of the last packet that was emitted before it came; `null` once that was asked for. */
  since: number | null
}

/**
 * Aedes' `mq`: carries each published packet to the subscriptions that match it.
 *
 * Four things differ from mqemitter. Subscriptions come and go at once, so a SUBSCRIBE right behind an UNSUBSCRIBE is not lost; `+` matches an empty level [MQTT-4.7.1-3]; nothing queues behind a number of
 * packets under way, so a slow subscriber delays only those who publish to it; and a client's subscription with the
 * higher QoS is served first, because Aedes drops the second delivery of one packet to one client [MQTT-3.3.5-1].
 */
export class TopicEmitter {
  /** Aedes reads both. */
  readonly concurrency = 0
  current = 0
  closed = false
  /** Called for each packet once every subscription has been handed it. */
  onEmit: (() => void) | null = null
  #tree = new FilterTree<Listener>()
  #last = 0

  on(filter: string, deliver: Deliver, done?: () => void): this {
    this.#tree.add(filter, deliver, { deliver, rank: 0, since: this.#last })
    done?.()
    return this
  }

  removeListener(filter: string, deliver: Deliver, done?: () => void): this {
    this.#tree.remove(filter, deliver)
    done?.()
    return this
  }

  /** Puts a subscription before those of a lower rank. Unknown ones are ignored. */
  rank(filter: string, deliver: Deliver, rank: number): void {
    const { since = null } = this.#tree.get(filter, deliver) ?? {}
    if (this.#tree.remove(filter, deliver)) this.#tree.add(filter, deliver, { deliver, rank, since })
  }

  /** The number of the last packet that a subscription did not get because it is newer. `null` when asked before. */
  begin(filter: string, deliver: Deliver): number | null {
    const listener = this.#tree.get(filter, deliver)
    if (!listener) return null
    const { since } = listener
    listener.since = null
    return since
  }

  /** Whether anybody would get a packet of this topic. */
  has(topic: string): boolean {
    return this.#tree.has(topic)
  }

  emit(packet: EmittedPacket, done: (error?: Error) => void = () => {}): this {
    this.#last = Math.max(this.#last, packet.brokerCounter ?? 0)
    if (this.closed) done(new Error('the broker is closed'))
    else this.#hand(packet, done)
    this.onEmit?.()
    return this
  }

  close(done: () => void): this {
    this.closed = true
    setImmediate(done)
    return this
  }

  #hand(packet: EmittedPacket, done: () => void): void {
    const listeners = this.#tree.match(packet.topic)
    if (listeners.length > 1) listeners.sort((a, b) => b.rank - a.rank)
    let waiting = listeners.length
    if (waiting === 0) done()
    const delivered = () => {
      waiting -= 1
      if (waiting === 0) done()
    }
    for (const listener of listeners) listener.deliver(packet, delivered)
  }
}
