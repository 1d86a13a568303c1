import type { BrokerChange } from '../engine/broker-change.ts'
import type { BrokerLimits } from './broker-limits.ts'
import { entryBytes, type StoredPacket } from './client-session.ts'
import { hasLevel, owned } from './client-sessions.ts'
import type { Owed } from './retained-delivery.ts'
import { RetainedStore } from './retained-store.ts'

type RetainedChange = Extract<BrokerChange, { kind: 'retain' | 'unretain' }>

export interface RetainedMessagesParts {
  limits: Pick<BrokerLimits, 'retainedTopics' | 'retainedBytes' | 'retainedShare'>
  /** Told of every change that must survive a restart, in order. */
  journal(change: RetainedChange): void
  /** Whether a message of this topic may be retained. */
  retain(topic: string): boolean
  /** Topics the hub retains itself: neither told to the journal nor bounded. */
  own(topic: string): boolean
  /** Whose share a topic belongs to, and `null` for nobody's. What is in a share is said again by its owner, so the journal is not told. */
  share(topic: string): string | null
}

interface Kept {
  packet: StoredPacket
  /** What it counts for; `null`: it is the hub's own, and is not counted. */
  room: Room | null
}

/** What was taken of what somebody may have. */
interface Room {
  topics: number
  bytes: number
  isJournalled: boolean
  most: { topics: number; bytes: number }
}

/** What is retained, as much of it as others may have here. */
export class RetainedMessages {
  #parts: RetainedMessagesParts
  #messages = new RetainedStore<Kept>()
  /** What all have together who have no share of their own. */
  #foreign: Room
  #shares = new Map<string, Room>()
  #refused = 0

  constructor(parts: RetainedMessagesParts) {
    this.#parts = parts
    const { retainedTopics: topics, retainedBytes: bytes } = parts.limits
    this.#foreign = { topics: 0, bytes: 0, isJournalled: true, most: { topics, bytes } }
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
    const room = this.#roomOf(topic)
    if (payload.length === 0 || !this.#mayRetain({ topic, payload }, room, before)) {
      if (payload.length > 0) this.#refused += 1
      // What is current is not kept, so what was kept must not pass for current.
      if (before) this.#remove(topic)
      return
    }
    const kept = owned(payload)
    const wasJournalled = before?.room?.isJournalled === true
    this.#keep({ ...packet, payload: kept }, room)
    if (room?.isJournalled) this.#parts.journal({ kind: 'retain', topic, payload: kept, qos })
    else if (wasJournalled) this.#parts.journal({ kind: 'unretain', topic })
  }

  /** Brings back what a change says, and tells nobody. */
  apply(change: RetainedChange): void {
    if (change.kind === 'unretain') this.#drop(change.topic)
    else {
      const { topic, payload, qos } = change
      // It stands in the journal, whoever has the topic by now.
      this.#keep({ cmd: 'publish', topic, payload, qos, retain: true, dup: false }, this.#foreign)
    }
  }

  /** The changes that make the present ones again. */
  *snapshot(): Generator<RetainedChange> {
    for (const [topic, { packet, room }] of this.#messages.entries()) {
      const { payload, qos } = packet
      if (room?.isJournalled) yield { kind: 'retain', topic, payload, qos }
    }
  }

  /** Keeps nothing more that has the level in its topic. */
  erase(level: string): void {
    for (const [topic] of [...this.#messages.entries()]) if (hasLevel(topic, level)) this.#remove(topic)
  }

  /** Keeps nothing more of a share, which is nobody's from now on. */
  eraseShare(share: string): void {
    const room = this.#shares.get(share)
    if (!room) return
    for (const [topic, kept] of [...this.#messages.entries()]) if (kept.room === room) this.#remove(topic)
    this.#shares.delete(share)
  }

  /** What each of the filters matches and is owed. */
  *match(filters: readonly string[], owed: Owed): Generator<StoredPacket> {
    for (const filter of filters) {
      for (const { packet } of this.#messages.match(filter)) if (owed(packet)) yield packet
    }
  }

  #roomOf(topic: string): Room | null {
    if (this.#parts.own(topic)) return null
    const share = this.#parts.share(topic)
    if (share === null) return this.#foreign
    const known = this.#shares.get(share)
    if (known) return known
    const room = { topics: 0, bytes: 0, isJournalled: false, most: this.#parts.limits.retainedShare }
    this.#shares.set(share, room)
    return room
  }

  #mayRetain(
    { topic, payload }: { topic: string; payload: Buffer },
    room: Room | null,
    before: Kept | undefined,
  ): boolean {
    if (room === null) return true
    if (room === this.#foreign && !this.#parts.retain(topic)) return false
    const isIts = before?.room === room
    if (!isIts && room.topics >= room.most.topics) return false
    const freed = isIts ? entryBytes(topic, before.packet.payload) : 0
    return room.bytes - freed + entryBytes(topic, payload) <= room.most.bytes
  }

  #keep(packet: StoredPacket, room: Room | null): void {
    // It stays in its place among the topics: most are kept again and again.
    this.#giveRoom(packet.topic)
    this.#messages.set(packet.topic, { packet, room })
    if (room === null) return
    room.topics += 1
    room.bytes += entryBytes(packet.topic, packet.payload)
  }

  #remove(topic: string): void {
    const isJournalled = this.#messages.get(topic)?.room?.isJournalled
    this.#drop(topic)
    if (isJournalled) this.#parts.journal({ kind: 'unretain', topic })
  }

  #drop(topic: string): void {
    this.#giveRoom(topic)
    this.#messages.delete(topic)
  }

  #giveRoom(topic: string): void {
    const before = this.#messages.get(topic)
    if (!before || before.room === null) return
    before.room.topics -= 1
    before.room.bytes -= entryBytes(topic, before.packet.payload)
  }
}
