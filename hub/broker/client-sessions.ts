import type { Clock } from '../../shared/clock.ts'
import type { BrokerChange } from '../engine/broker-change.ts'
import { clientSessionKey, ownerIn } from '../engine/client-session-key.ts'
import type { BrokerLimits } from './broker-limits.ts'
import {
  ClientSession,
  changesOf,
  entryBytes,
  type IncomingMessages,
  type QueueEntry,
  type SessionSubscription,
  type StoredPacket,
} from './client-session.ts'
import { ClientSessionOwners } from './client-session-owners.ts'
import { FilterTree } from './filter-tree.ts'
import type { QoS } from './qos.ts'

/** A persistent session's subscription, as Aedes wants it found by topic. */
export interface Subscriber extends SessionSubscription {
  clientId: string
}

export interface ClientSessionsOptions {
  clock: Clock
  limits: BrokerLimits
  journal: (change: BrokerChange) => void
}

/** All persistent sessions: who is subscribed to what, and what each client that is away is owed. */
export class ClientSessions {
  /** Queue entries given up because a queue was too long, too old or forgotten with its session. */
  dropped = 0
  /** Aedes numbers its packets per broker id. */
  brokerId = ''
  queuedBytes = 0
  readonly subscribers = new FilterTree<Subscriber>()
  readonly sessions = new Map<string, ClientSession>()
  #options: ClientSessionsOptions
  #owners = new ClientSessionOwners()
  /** Number of the connection of each client with a persistent session that is here. */
  #here = new Map<string, number>()
  #incoming = new Map<string, IncomingMessages>()
  #lastEntry = 0

  constructor(options: ClientSessionsOptions) {
    this.#options = options
  }

  /** Returns whether the client had a session. */
  arrive(clientId: string, connection: number): boolean {
    this.#here.set(clientId, connection)
    const session = this.sessions.get(clientId)
    if (!session) {
      this.#record({ kind: 'session', clientId })
      return false
    }
    this.#dropExpired(session)
    session.arrive(connection)
    return true
  }

  /** Ignored when a newer connection has the session. */
  leave(clientId: string, connection: number): void {
    if (this.#here.get(clientId) !== connection) return
    this.#here.delete(clientId)
    if (this.#incoming.get(clientId)?.size === 0) this.#incoming.delete(clientId)
    const session = this.sessions.get(clientId)
    if (!session) return
    session.leave()
    session.touched = this.#options.clock.mono()
  }

  sweep(): void {
    for (const session of this.sessions.values()) if (session.connection === 0) this.#dropExpired(session)
  }

  find(session: ClientSession, packet: StoredPacket): QueueEntry | undefined {
    const numbered = packet.brokerId === this.brokerId ? session.byCounter(packet.brokerCounter) : undefined
    return numbered ?? session.byPacketId(packet.messageId)
  }

  subscribe(clientId: string, subscription: SessionSubscription): void {
    const { topic: filter, qos } = subscription
    const before = this.sessions.get(clientId)?.filters.get(filter)
    this.#session(clientId).filters.set(filter, { ...subscription })
    if (before?.qos !== qos) this.#options.journal({ kind: 'subscribe', clientId, filter, qos })
  }

  /** From now on messages of the filter are kept for the session. Ignored when it holds the filter no more. */
  index(clientId: string, filter: string): void {
    const subscription = this.sessions.get(clientId)?.filters.get(filter)
    if (!subscription) return
    // A QoS 0 subscription gets nothing while its client is away.
    if (subscription.qos > 0) this.subscribers.add(filter, clientId, { clientId, ...subscription })
    else this.subscribers.remove(filter, clientId)
  }

  unsubscribe(clientId: string, filter: string): void {
    if (this.sessions.get(clientId)?.filters.has(filter)) this.#record({ kind: 'unsubscribe', clientId, filter })
  }

  forget(clientId: string): void {
    if (this.sessions.has(clientId)) this.#record({ kind: 'forget', clientId })
  }

  /** Keeps nothing more for a principal, nor for anybody what has the level in its topic. */
  erase(owner: string, level: string): void {
    for (const { clientId } of [...this.#owners.sessionsOf(clientSessionKey(owner, ''))]) this.forget(clientId)
    for (const session of this.sessions.values()) {
      for (const filter of [...session.filters.keys()])
        if (hasLevel(filter, level)) this.unsubscribe(session.clientId, filter)
      for (const item of [...session.queue.values()])
        if (hasLevel(item.packet.topic, level)) this.dequeue(session, item)
    }
  }

  /** Keeps nothing more of principals that are no more. */
  forgetThose(isGone: (owner: string) => boolean): void {
    for (const { clientId } of [...this.sessions.values()]) if (isGone(ownerIn(clientId))) this.forget(clientId)
  }

  /** Owes nobody any more what was published below these. */
  eraseBelow(prefixes: readonly string[]): void {
    const isBelow = (topic = '') => prefixes.some((prefix) => `${topic}/`.startsWith(`${prefix}/`))
    for (const session of this.sessions.values())
      for (const item of [...session.queue.values()]) if (isBelow(item.packet.topic)) this.dequeue(session, item)
  }

  /** Keeps a message for the client, at the lower of its own QoS and the one granted. */
  enqueue(clientId: string, packet: StoredPacket, granted: QoS): void {
    if (packet.properties && packet.properties.to !== clientId) return
    const session = this.#session(clientId)
    if (packet.brokerId === this.brokerId && session.byCounter(packet.brokerCounter)) return
    const qos = granted < packet.qos ? granted : packet.qos
    this.#lastEntry += 1
    const entry = this.#lastEntry
    const at = this.#options.clock.now()
    const { cmd, topic, brokerId, brokerCounter } = packet
    const payload = owned(packet.payload)
    // A message for an established subscription is not a retained one [MQTT-3.3.1-9], nor a repetition [MQTT-3.3.1-3].
    const kept = { cmd, topic, payload, qos, retain: false, dup: false, brokerId, brokerCounter }
    this.#place(session, entry, kept, at)
    this.#options.journal({ kind: 'enqueue', clientId, entry, topic, payload, qos, at })
    this.#giveUp(session)
  }

  /** Makes room again: in this queue while it or its owner has too much, else in the longest of whoever has most. */
  #giveUp(session: ClientSession): void {
    const { offlineQueue, offlineBytes, queueBytesPerOwner } = this.#options.limits
    for (;;) {
      const own =
        session.overflows(offlineQueue) ||
        (ownerIn(session.clientId) !== '' && this.#owners.bytesOf(session) > queueBytesPerOwner)
      const from = own ? session : this.queuedBytes > offlineBytes ? this.#owners.mostQueued() : undefined
      const oldest = from?.oldest()
      if (!from || !oldest) return
      this.dropped += 1
      this.dequeue(from, oldest)
    }
  }

  dequeue(session: ClientSession, item: QueueEntry): void {
    this.#record({ kind: 'dequeue', clientId: session.clientId, entry: item.entry })
  }

  /** Writes down what Aedes sends next for an entry: the PUBLISH under a packet id, or the PUBREL. */
  update(session: ClientSession, packet: StoredPacket): void {
    const item = this.find(session, packet)
    if (!item) return
    const { clientId } = session
    if (packet.cmd === 'pubrel') {
      if (item.packet.cmd !== 'pubrel') this.#options.journal({ kind: 'received', clientId, entry: item.entry })
      item.packet = packet
    } else if (packet.messageId !== undefined) {
      const before = item.packet.messageId
      const packetId = session.assign(item, packet.messageId)
      packet.messageId = packetId
      if (packetId !== before) this.#options.journal({ kind: 'sent', clientId, entry: item.entry, packetId })
    }
    session.written(item)
  }

  /** Everything owed to the client, in order, until nothing is left and live messages may go their own way. */
  async *replay(session: ClientSession): AsyncGenerator<StoredPacket> {
    const { connection } = session
    for (;;) {
      let found = false
      for (const item of session.queue.values()) {
        if (session.connection !== connection) return
        if (item.sentOn === connection) continue
        found = true
        item.sentOn = connection
        item.handed = true
        session.replayed += 1
        yield { ...item.packet, brokerId: this.brokerId, brokerCounter: item.counter }
      }
      if (session.connection !== connection) return
      if (found) continue
      if (session.replayed === 0) {
        session.replaying = false
        return
      }
      await session.waitForWrite()
    }
  }

  /** The client's QoS 2 messages that wait for PUBREL. */
  incoming(clientId: string): IncomingMessages {
    const known = this.#incoming.get(clientId)
    if (known) return known
    const messages: IncomingMessages = new Map()
    this.#incoming.set(clientId, messages)
    return messages
  }

  acceptIncoming(clientId: string, messages: IncomingMessages, packetId: number): void {
    const message = messages.get(packetId)
    if (!message) return
    message.accepted = true
    if (!this.#here.has(clientId) || this.#incoming.get(clientId) !== messages) return
    this.#session(clientId)
    message.journalled = true
    this.#options.journal({ kind: 'incoming', clientId, packetId })
  }

  endIncoming(clientId: string, packetId: number): void {
    const journalled = this.#incoming.get(clientId)?.get(packetId)?.journalled
    this.#incoming.get(clientId)?.delete(packetId)
    if (journalled) this.#options.journal({ kind: 'incoming-done', clientId, packetId })
  }

  cleanIncoming(clientId: string): void {
    for (const packetId of [...(this.#incoming.get(clientId)?.keys() ?? [])]) this.endIncoming(clientId, packetId)
    this.#incoming.delete(clientId)
  }

  *snapshot(): Generator<BrokerChange> {
    for (const session of this.sessions.values()) yield* changesOf(session)
    for (const [clientId, messages] of this.#incoming) {
      for (const [packetId, { journalled }] of messages) if (journalled) yield { kind: 'incoming', clientId, packetId }
    }
  }

  apply(change: Exclude<BrokerChange, { topic: string; kind: 'retain' | 'unretain' }>): void {
    const { clientId } = change
    const session = this.#session(clientId)
    switch (change.kind) {
      case 'session':
        break
      case 'subscribe':
        session.filters.set(change.filter, { topic: change.filter, qos: change.qos })
        this.index(clientId, change.filter)
        break
      case 'unsubscribe':
        session.filters.delete(change.filter)
        this.subscribers.remove(change.filter, clientId)
        break
      case 'forget':
        this.#forget(session)
        break
      case 'incoming':
        this.incoming(clientId).set(change.packetId, { accepted: true, journalled: true, packet: null, waiting: [] })
        break
      case 'incoming-done':
        this.#incoming.get(clientId)?.delete(change.packetId)
        break
      default:
        this.#applyToQueue(session, change)
    }
  }

  #applyToQueue(session: ClientSession, change: Extract<BrokerChange, { entry: number }>): void {
    if (change.kind === 'enqueue') {
      const { topic, payload, qos, at, entry } = change
      this.#lastEntry = Math.max(this.#lastEntry, entry)
      this.#place(session, entry, { cmd: 'publish', topic, payload, qos, retain: false, dup: false }, at)
      return
    }
    const item = session.queue.get(change.entry)
    if (!item) return
    if (change.kind === 'sent') session.assign(item, change.packetId)
    else if (change.kind === 'received') item.packet = { ...item.packet, cmd: 'pubrel' }
    else {
      this.#resize(session, -item.bytes)
      session.remove(item)
    }
  }

  #record(change: Parameters<ClientSessions['apply']>[0]): void {
    this.apply(change)
    this.#options.journal(change)
  }

  #place(session: ClientSession, entry: number, packet: StoredPacket, at: number): void {
    packet.messageId = undefined
    const numbered = packet.brokerId === this.brokerId ? packet.brokerCounter : undefined
    const bytes = entryBytes(packet.topic, packet.payload)
    session.add({ entry, counter: numbered ?? -entry, packet, bytes, at, sentOn: 0, handed: false })
    this.#resize(session, bytes)
  }

  #resize(session: ClientSession, bytes: number): void {
    this.queuedBytes += bytes
    this.#owners.changed(session, bytes)
  }

  #dropExpired(session: ClientSession): void {
    const oldest = this.#options.clock.now() - this.#options.limits.offlineQueue.ageMs
    for (const item of session.queue.values()) {
      if (item.at >= oldest) continue
      this.dropped += 1
      this.dequeue(session, item)
    }
  }

  #session(clientId: string): ClientSession {
    const known = this.sessions.get(clientId)
    if (known) return known
    const { sessions, sessionsPerOwner } = this.#options.limits
    const own = this.#owners.sessionsOf(clientId)
    if (ownerIn(clientId) !== '' && own.size >= sessionsPerOwner) this.#forgetLongestAway(own)
    else if (this.sessions.size >= sessions) this.#forgetLongestAway(this.#owners.mostSessions())
    const session = new ClientSession(clientId)
    session.connection = this.#here.get(clientId) ?? 0
    session.touched = this.#options.clock.mono()
    this.sessions.set(clientId, session)
    this.#owners.add(session)
    return session
  }

  #forgetLongestAway(among: Iterable<ClientSession>): void {
    let longest: ClientSession | undefined
    for (const session of among) {
      if (session.connection === 0 && (!longest || session.touched < longest.touched)) longest = session
    }
    if (longest) this.forget(longest.clientId)
  }

  #forget(session: ClientSession): void {
    for (const filter of session.filters.keys()) this.subscribers.remove(filter, session.clientId)
    this.queuedBytes -= session.bytes
    this.#owners.remove(session)
    this.dropped += session.queue.size
    session.leave()
    this.sessions.delete(session.clientId)
    if (!this.#here.has(session.clientId)) this.#incoming.delete(session.clientId)
  }
}

/** Whether one of the levels of a topic, or of a filter, is this one. A PUBREL has no topic. */
export function hasLevel(topic: string | undefined, level: string): boolean {
  return topic?.split('/').includes(level) ?? false
}

/** The payload in memory of its own: a slice would keep the whole chunk it arrived in. */
export function owned(payload: Buffer): Buffer {
  if (!Buffer.isBuffer(payload)) return payload
  return payload.buffer.byteLength > 2 * payload.length + 64 ? Buffer.from(payload) : payload
}
