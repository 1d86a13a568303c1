import type { BrokerChange } from '../engine/broker-change.ts'
import type { Addressed } from './inbound-packet.ts'
import type { QoS } from './qos.ts'

/** A packet as Aedes hands it to its persistence. */
export interface StoredPacket {
  cmd: string
  topic: string
  payload: Buffer
  qos: QoS
  retain: boolean
  dup: boolean
  brokerId?: string | undefined
  brokerCounter?: number | undefined
  messageId?: number | undefined
  properties?: Addressed
}

/** A subscription as it was made; fields beyond the QoS are kept for Aedes. */
export interface SessionSubscription {
  topic: string
  qos: QoS
  [option: string]: unknown
}

/** One message that waits for its client's acknowledgement. */
export interface QueueEntry {
  entry: number
  /** Aedes' number of the packet, negative for one that was loaded. */
  counter: number
  /** What goes out next: the PUBLISH, or the PUBREL after its PUBREC. */
  packet: StoredPacket
  bytes: number
  /** Wall-clock milliseconds. */
  at: number
  /** Number of the connection this went out on last; 0 while it never went out. */
  sentOn: number
  /** Given to Aedes for replay and not written yet. */
  handed: boolean
}

/** A QoS 2 message of a client between PUBLISH and PUBREL. */
export interface Incoming {
  /** Its effect has happened; before that it is being decided. */
  accepted: boolean
  /** A restart must know of it. */
  journalled: boolean
  packet: StoredPacket | null
  /** Repetitions of the same message that came meanwhile. */
  waiting: ((error?: Error | null) => void)[]
}

/** By packet id. */
export type IncomingMessages = Map<number, Incoming>

export interface QueueLimits {
  messages: number
  bytes: number
  ageMs: number
}

const ENTRY_OVERHEAD = 100

/** What the broker keeps of one client that is away: its filters and the messages it owes it. */
export class ClientSession {
  readonly clientId: string
  readonly filters = new Map<string, SessionSubscription>()
  /** Messages in the order in which they must arrive, by entry number. */
  readonly queue = new Map<number, QueueEntry>()
  bytes = 0
  /** Monotonic milliseconds of the last connect or disconnect. */
  touched = 0
  /** Number of the connection in use; 0 while the client is away or not known to be here. */
  connection = 0
  /** What was queued before is still going out: live messages wait behind it. */
  replaying = false
  /** Entries handed to Aedes during replay and not yet written. */
  replayed = 0
  #qos0 = 0
  #wake: (() => void) | null = null
  #byCounter = new Map<number, QueueEntry>()
  #byPacketId = new Map<number, QueueEntry>()

  constructor(clientId: string) {
    this.clientId = clientId
  }

  add(item: QueueEntry): void {
    this.queue.set(item.entry, item)
    this.bytes += item.bytes
    if (item.packet.qos === 0) this.#qos0 += 1
    this.#byCounter.set(item.counter, item)
    if (item.packet.messageId !== undefined) this.#byPacketId.set(item.packet.messageId, item)
  }

  remove(item: QueueEntry): void {
    if (!this.queue.delete(item.entry)) return
    this.bytes -= item.bytes
    if (item.packet.qos === 0) this.#qos0 -= 1
    if (this.#byCounter.get(item.counter) === item) this.#byCounter.delete(item.counter)
    const { messageId } = item.packet
    if (messageId !== undefined && this.#byPacketId.get(messageId) === item) this.#byPacketId.delete(messageId)
    this.written(item)
  }

  /** The entry is on its way to the client, or gone: replay may go on. */
  written(item: QueueEntry): void {
    if (!item.handed) return
    item.handed = false
    this.replayed -= 1
    this.#wake?.()
    this.#wake = null
  }

  /** Resolves at the next `written`, and when the client goes away. */
  waitForWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** The client is here: what was sent before goes out again, marked as a repetition [MQTT-3.3.1-1], before anything new. */
  arrive(connection: number): void {
    this.connection = connection
    this.replaying = true
    this.replayed = 0
    for (const item of this.queue.values()) {
      item.handed = false
      if (item.packet.messageId !== undefined && item.packet.cmd === 'publish') item.packet.dup = true
    }
  }

  leave(): void {
    this.connection = 0
    this.replaying = false
    this.#wake?.()
    this.#wake = null
  }

  byCounter(counter: number | undefined): QueueEntry | undefined {
    return counter === undefined ? undefined : this.#byCounter.get(counter)
  }

  byPacketId(packetId: number | undefined): QueueEntry | undefined {
    return packetId === undefined ? undefined : this.#byPacketId.get(packetId)
  }

  /**
   * Gives the entry a packet id no other entry in flight has, the wished one when it is free [MQTT-2.3.1-2].
   * Returns the id.
   */
  assign(item: QueueEntry, wished: number): number {
    let id = wished
    for (let tries = 0; tries < 65_535; tries += 1) {
      const holder = this.#byPacketId.get(id)
      if (holder === undefined || holder === item) break
      id = id >= 65_535 ? 1 : id + 1
    }
    const before = item.packet.messageId
    if (before !== undefined && before !== id) this.#byPacketId.delete(before)
    item.packet.messageId = id
    this.#byPacketId.set(id, item)
    return id
  }

  /** The entry that must go when the queue is too long: the oldest QoS 0, else the oldest. */
  oldest(): QueueEntry | undefined {
    for (const item of this.queue.values()) {
      if (this.#qos0 === 0 || item.packet.qos === 0) return item
    }
    return undefined
  }

  overflows(limits: QueueLimits): boolean {
    return this.queue.size > limits.messages || this.bytes > limits.bytes
  }
}

export function entryBytes(topic: string, payload: Buffer | string): number {
  return ENTRY_OVERHEAD + topic.length + payload.length
}

/** The changes that make this session again out of nothing. */
export function* changesOf(session: ClientSession): Generator<BrokerChange> {
  const { clientId } = session
  yield { kind: 'session', clientId }
  for (const [filter, { qos }] of session.filters) yield { kind: 'subscribe', clientId, filter, qos }
  for (const { entry, packet, at } of session.queue.values()) {
    const { topic, payload, qos } = packet
    yield { kind: 'enqueue', clientId, entry, topic, payload, qos, at }
    if (packet.messageId !== undefined) yield { kind: 'sent', clientId, entry, packetId: packet.messageId }
    if (packet.cmd === 'pubrel') yield { kind: 'received', clientId, entry }
  }
}
