import { Readable } from 'node:stream'
import type { Clock } from '../../shared/clock.ts'
import type { BrokerChange } from '../engine/broker-change.ts'
import { BROKER_LIMITS, type BrokerLimits } from './broker-limits.ts'
import type { Incoming, IncomingMessages, SessionSubscription, StoredPacket } from './client-session.ts'
import { ClientSessions, owned, type Subscriber } from './client-sessions.ts'
import type { Committed } from './journal.ts'
import type { QoS } from './qos.ts'
import type { Owed } from './retained-delivery.ts'
import { RetainedMessages } from './retained-messages.ts'

interface Id {
  id: string
}

type Will = Record<string, unknown> & { brokerId?: string; clientId?: string }

export interface PersistenceOptions {
  clock: Clock
  /** Told of every change that must survive a restart, in order. Absent: nothing survives. */
  journal?: (change: BrokerChange) => void
  /** Calls back once every change told so far is on disk. Default: at once. */
  committed?: (run: Committed) => void
  /** Whether a message of this topic may be retained. Default: any. */
  retain?: (topic: string) => boolean
  /** Topics the hub retains itself: derived from tables at start, so neither told to the journal nor bounded. Default: none. */
  own?: (topic: string) => boolean
  /** Whose share of what may be retained a topic belongs to; its owner says it again, so the journal is not told. Default: nobody's. */
  share?: (topic: string) => string | null
  limits?: Partial<BrokerLimits>
}

export interface PersistenceStats {
  sessions: number
  queuedBytes: number
  retained: number
  /** Queue entries given up. */
  dropped: number
  /** Messages that were not retained: not on the allow-list, or no room. */
  notRetained: number
}

/**
 * Aedes' persistence. Look-ups are answered from memory at once and never refused: where Aedes 1.2.0 meets a rejected one it
 * stops serving, or the process dies. It passes `aedes-persistence/abstract.js`.
 *
 * What Aedes acknowledges to a client waits for the disk: SUBACK, UNSUBACK, CONNACK, PUBREL and PUBCOMP here, PUBACK and
 * PUBREC in `Inbound`, both by `committed`. Where the disk takes nothing the client is closed instead.
 *
 * Beyond that contract: queues are bounded, a message reaches a client once per overlapping filters and at the QoS
 * granted, packet ids in flight are unique, repetitions carry DUP, and replay keeps the order with live messages.
 */
export class BrokerPersistence {
  /** Asked before a subscription is stored; the broker answers for filters it has just denied. */
  refused: (clientId: string, filter: string) => boolean = () => false
  /** Closes a client whose change could not be stored, so that nothing is acknowledged to it. Set by the broker. */
  unstored: (clientId: string) => void = () => {}
  /** Which messages the next retained stream is for, or `null` for all that match. Set by the broker before each. */
  owed: Owed | null = null
  #options: PersistenceOptions
  #broker: Id | null = null
  #memory: ClientSessions
  #retained: RetainedMessages
  #wills = new Map<string, Will>()

  constructor(options: PersistenceOptions) {
    this.#options = options
    const limits = { ...BROKER_LIMITS, ...options.limits }
    const { clock, journal = () => {}, retain = () => true, own = () => false, share = () => null } = options
    this.#memory = new ClientSessions({ clock, limits, journal })
    this.#retained = new RetainedMessages({ limits, journal, retain, own, share })
  }

  get broker(): Id | null {
    return this.#broker
  }

  async setup(broker: Id): Promise<void> {
    this.#broker = broker
    this.#memory.brokerId = broker.id
  }

  async destroy(): Promise<void> {
    this.#wills.clear()
  }

  // What the broker asks beyond Aedes

  /** Calls back once every change so far is on disk; with an error when it cannot be stored now. */
  committed(run: Committed): void {
    if (this.#options.committed) this.#options.committed(run)
    else run(null)
  }

  /** Whether a persistent session would be given a message of this topic to keep. */
  hasSubscriber(topic: string): boolean {
    return this.#memory.subscribers.has(topic)
  }

  stats(): PersistenceStats {
    const { sessions, queuedBytes, dropped } = this.#memory
    const { size: retained, refused: notRetained } = this.#retained
    return { sessions: sessions.size, queuedBytes, retained, dropped, notRetained }
  }

  /**
   * The client's persistent session is in use by the connection of this number, and begins when there was none.
   * Returns whether there was one. Call before Aedes restores it.
   */
  arrive(clientId: string, connection: number): boolean {
    return this.#memory.arrive(clientId, connection)
  }

  /** The connection ended; ignored when a newer one has the session. */
  leave(clientId: string, connection: number): void {
    this.#memory.leave(clientId, connection)
  }

  /**
   * Whether a live message may go to the client now. No when it is in the queue and replay sends it, or has sent it.
   * A yes is remembered: the same message is not given out again on this connection.
   */
  claimLive(clientId: string, packet: StoredPacket): boolean {
    const session = this.#memory.sessions.get(clientId)
    const item = session && this.#memory.find(session, packet)
    if (!session || !item) return true
    if (session.replaying || item.sentOn === session.connection) return false
    item.sentOn = session.connection
    return true
  }

  /** The client may not have this message after all. */
  discard(clientId: string, packet: StoredPacket): void {
    const session = this.#memory.sessions.get(clientId)
    const item = session && this.#memory.find(session, packet)
    if (session && item) this.#memory.dequeue(session, item)
  }

  /** The client's QoS 2 messages that wait for PUBREL. The same object until `cleanIncoming`. */
  incoming(clientId: string): IncomingMessages {
    return this.#memory.incoming(clientId)
  }

  /** The message had its effect: from now on the same packet id is a repetition. */
  acceptIncoming(clientId: string, messages: IncomingMessages, packetId: number): void {
    this.#memory.acceptIncoming(clientId, messages, packetId)
  }

  /** Brings back what the changes say. Call before the first client connects. */
  load(changes: Iterable<BrokerChange>): void {
    for (const change of changes) {
      if (change.kind === 'retain' || change.kind === 'unretain') this.#retained.apply(change)
      else this.#memory.apply(change)
    }
  }

  /** The changes that make the present memory again: a journal can be replaced by them. */
  *snapshot(): Generator<BrokerChange> {
    yield* this.#memory.snapshot()
    yield* this.#retained.snapshot()
  }

  /** Gives up what is too old in the queues of clients that are away. */
  sweep(): void {
    this.#memory.sweep()
  }

  /** Keeps nothing more for a principal, nor for anybody what has the level in its topic. Its connections were ended before. */
  erase(owner: string, level: string): void {
    this.#memory.erase(owner, level)
    this.#retained.erase(level)
  }

  /** Keeps nothing more that was retained in a share, and owes nobody what was published below topics that were its own. */
  eraseShare(share: string, below: readonly string[]): void {
    this.#retained.eraseShare(share)
    if (below.length > 0) this.#memory.eraseBelow(below)
  }

  /** Keeps nothing more for principals that are no more. */
  forgetThose(isGone: (owner: string) => boolean): void {
    this.#memory.forgetThose(isGone)
  }

  // Aedes: retained messages

  async storeRetained(packet: StoredPacket): Promise<void> {
    this.#retained.store(packet)
  }

  createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter])
  }

  createRetainedStreamCombi(filters: string[]): Readable {
    const { owed } = this
    this.owed = null
    return Readable.from(this.#retained.match(filters, owed ?? (() => true)))
  }

  // Aedes: subscriptions

  async addSubscriptions(client: Id, subscriptions: SessionSubscription[]): Promise<void> {
    const granted = subscriptions.filter(({ topic }) => !this.refused(client.id, topic))
    for (const subscription of granted) this.#memory.subscribe(client.id, subscription)
    await this.#onDisk(client)
    // Aedes hands messages out from now on; what came before would wait in the queue for the client's next connection.
    for (const { topic } of granted) this.#memory.index(client.id, topic)
  }

  async removeSubscriptions(client: Id, filters: string[]): Promise<void> {
    for (const filter of filters) this.#memory.unsubscribe(client.id, filter)
    await this.#onDisk(client)
  }

  async subscriptionsByClient(client: Id): Promise<SessionSubscription[]> {
    const filters = this.#memory.sessions.get(client.id)?.filters.values() ?? []
    return Array.from(filters, (filter) => ({ ...filter }))
  }

  async subscriptionsByTopic(topic: string): Promise<Subscriber[]> {
    return this.#memory.subscribers.match(topic)
  }

  async cleanSubscriptions(client: Id): Promise<void> {
    this.#memory.forget(client.id)
    await this.#onDisk(client)
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    let clientsCount = 0
    for (const session of this.#memory.sessions.values()) if (session.filters.size > 0) clientsCount += 1
    return { subsCount: this.#memory.subscribers.size, clientsCount }
  }

  getClientList(filter: string): Readable {
    const sessions = [...this.#memory.sessions.values()]
    return Readable.from(sessions.filter((session) => session.filters.has(filter)).map((session) => session.clientId))
  }

  // Aedes: messages to clients

  async outgoingEnqueue(subscriber: { clientId: string; qos?: QoS }, packet: StoredPacket): Promise<void> {
    this.#memory.enqueue(subscriber.clientId, packet, subscriber.qos ?? packet.qos)
  }

  async outgoingEnqueueCombi(subscribers: { clientId: string; qos?: QoS }[], packet: StoredPacket): Promise<void> {
    const granted = new Map<string, QoS>()
    for (const { clientId, qos = packet.qos } of subscribers) {
      if (qos >= (granted.get(clientId) ?? 0)) granted.set(clientId, qos)
    }
    for (const [clientId, qos] of granted) this.#memory.enqueue(clientId, packet, qos)
  }

  async outgoingUpdate(client: Id, packet: StoredPacket): Promise<void> {
    const session = this.#memory.sessions.get(client.id)
    if (!session) return
    this.#memory.update(session, packet)
    // A restart that forgot a step of QoS 2 would send the message again as a new one.
    if (packet.cmd === 'pubrel' || packet.qos === 2) await this.#onDisk(client)
  }

  async outgoingClearMessageId(client: Id, packet: StoredPacket): Promise<StoredPacket | undefined> {
    const session = this.#memory.sessions.get(client.id)
    const item = session?.byPacketId(packet.messageId)
    if (!session || !item) return undefined
    this.#memory.dequeue(session, item)
    return item.packet
  }

  outgoingStream(client: Id): Readable {
    const session = this.#memory.sessions.get(client.id)
    if (!session) return Readable.from([])
    if (session.replaying) return Readable.from(this.#memory.replay(session))
    return Readable.from(Array.from(session.queue.values(), (item) => ({ ...item.packet })))
  }

  // Aedes: QoS 2 messages from clients

  async incomingStorePacket(client: Id, packet: StoredPacket): Promise<void> {
    const { cmd, topic, qos, retain, dup, messageId } = packet
    if (messageId === undefined) return
    const kept = { cmd, topic, payload: owned(packet.payload), qos, retain, dup, messageId }
    this.incoming(client.id).set(messageId, { accepted: true, journalled: false, packet: kept, waiting: [] })
  }

  async incomingGetPacket(client: Id, packet: { messageId?: number }): Promise<unknown> {
    return this.#accepted(client, packet).packet ?? { messageId: packet.messageId }
  }

  async incomingDelPacket(client: Id, packet: { messageId?: number }): Promise<void> {
    this.#accepted(client, packet)
    if (packet.messageId !== undefined) this.#memory.endIncoming(client.id, packet.messageId)
    // A restart that still knew the packet id would take the client's next message for a repetition.
    await this.#onDisk(client)
  }

  async cleanIncoming(client: Id): Promise<void> {
    this.#memory.cleanIncoming(client.id)
  }

  // Aedes: wills

  async putWill(client: Id, packet: Will): Promise<void> {
    packet.brokerId = this.#broker?.id ?? ''
    packet.clientId = client.id
    this.#wills.set(client.id, packet)
  }

  async getWill(client: Id): Promise<Will | undefined> {
    return this.#wills.get(client.id)
  }

  async delWill(client: Id): Promise<Will | undefined> {
    const will = this.#wills.get(client.id)
    this.#wills.delete(client.id)
    return will
  }

  streamWill(brokers: Record<string, unknown> = {}): Readable {
    const wills = [...this.#wills.values()]
    return Readable.from(wills.filter((will) => !brokers[will.brokerId ?? '']))
  }

  // Inside

  /** Resolves when what the client changed is on disk. Otherwise the client is closed before this rejects. */
  #onDisk({ id }: Id): Promise<void> {
    return new Promise((resolve, reject) => {
      this.committed((error) => {
        if (error) this.unstored(id)
        if (error) reject(error)
        else resolve()
      })
    })
  }

  #accepted(client: Id, packet: { messageId?: number }): Incoming {
    const message = this.incoming(client.id).get(packet.messageId ?? 0)
    // A rejection is Aedes' word for "not seen yet".
    if (!message?.accepted) throw new Error('no such packet')
    return message
  }
}
