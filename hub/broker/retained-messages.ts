import type { BrokerChange } from '../engine/broker-change.ts'
import type { BrokerLimits } from './broker-limits.ts'
import { entryBytes, type StoredPacket } from './client-session.ts'
import { hasLevel, owned } from './client-sessions.ts'
import type { Owed } from './retained-delivery.ts'
import { RetainedStore } from './retained-store.ts'

type RetainedChange = Extract<BrokerChange, { kind: 'retain' | 'unretain' }>

export interface RetainedMessagesParts {
  limits: Pick<BrokerLimits, 'retainedTopics' | 'retainedBytes'>
  /** Told of every change that must survive a restart, in order. */
  journal(change: RetainedChange): void
  /** Whether a message of this topic may be retained. */
  retain(topic: string): boolean
  /** Topics the hub retains itself: neither told to the journal nor bounded. */
  own(topic: string): boolean
}

/** What is retained, as much of it as others may have here. */
export class RetainedMessages {
  #parts: RetainedMessagesParts
  #messages = new RetainedStore<StoredPacket>()
  /** Of others, as bounded. */
  #foreign = { topics: 0, bytes: 0 }
  #refused = 0

  constructor(parts: RetainedMessagesParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#messages.size
  }

  /** Messages that were not retained: not on the allow-list, or no room. */
  get refused(): number {
    return this.#refused
  }

  /** Takes the place of what the topic had; one that is empty or may not be retained leaves nothing there. */
  store(packet: StoredPacket): void {
    const { topic, payload, qos } = packet
    const before = this.#messages.get(topic)
    if (payload.length === 0 || !this.#mayRetain(topic, payload, before)) {
      if (payload.length > 0) this.#refused += 1
      // What is current is not kept, so what was kept must not pass for current.
      if (before) this.#remove(topic)
      return
    }
    const kept = owned(payload)
    this.#keep({ ...packet, payload: kept })
    this.#record({ kind: 'retain', topic, payload: kept, qos })
  }

  /** Brings back what a change says, and tells nobody. */
  apply(change: RetainedChange): void {
    if (change.kind === 'unretain') this.#drop(change.topic)
    else {
      const { topic, payload, qos } = change
      this.#keep({ cmd: 'publish', topic, payload, qos, retain: true, dup: false })
    }
  }

  /** The changes that make the present ones again. */
  *snapshot(): Generator<RetainedChange> {
    for (const [topic, { payload, qos }] of this.#messages.entries()) {
      if (!this.#parts.own(topic)) yield { kind: 'retain', topic, payload, qos }
    }
  }

  /** Keeps nothing more that has the level in its topic. */
  erase(level: string): void {
    for (const [topic] of [...this.#messages.entries()]) if (hasLevel(topic, level)) this.#remove(topic)
  }

  /** What each of the filters matches and is owed. */
  *match(filters: readonly string[], owed: Owed): Generator<StoredPacket> {
    for (const filter of filters) {
      for (const packet of this.#messages.match(filter)) if (owed(packet)) yield packet
    }
  }

  #mayRetain(topic: string, payload: Buffer, before: StoredPacket | undefined): boolean {
    const { retain, own, limits } = this.#parts
    if (!retain(topic)) return false
    if (own(topic)) return true
    if (!before && this.#foreign.topics >= limits.retainedTopics) return false
    const freed = before ? entryBytes(topic, before.payload) : 0
    return this.#foreign.bytes - freed + entryBytes(topic, payload) <= limits.retainedBytes
  }

  #keep(packet: StoredPacket): void {
    this.#drop(packet.topic)
    this.#messages.set(packet.topic, packet)
    if (this.#parts.own(packet.topic)) return
    this.#foreign.topics += 1
    this.#foreign.bytes += entryBytes(packet.topic, packet.payload)
  }

  #remove(topic: string): void {
    this.#drop(topic)
    this.#record({ kind: 'unretain', topic })
  }

  #drop(topic: string): void {
    const before = this.#messages.get(topic)
    if (!before) return
    this.#messages.delete(topic)
    if (this.#parts.own(topic)) return
    this.#foreign.topics -= 1
    this.#foreign.bytes -= entryBytes(topic, before.payload)
  }

  #record(change: RetainedChange): void {
    if (!this.#parts.own(change.topic)) this.#parts.journal(change)
  }
}
