import type { Duplex } from 'node:stream'
import { Aedes, type Client } from 'aedes'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { ownerIn } from '../engine/client-session-key.ts'
import { gateOf, ownerOf } from './aedes-client.ts'
import { Arrivals, type AuthDone } from './arrivals.ts'
import { BrokerCounters, type BrokerStats, type Dropped } from './broker-counters.ts'
import { BROKER_LIMITS, type BrokerLimits } from './broker-limits.ts'
import { ClientRegistry } from './client-registry.ts'
import type { StoredPacket } from './client-session.ts'
import { connectRequestOf } from './connect-request.ts'
import type { BrokerHooks, Connection } from './connection.ts'
import { ConnectionLimiter, type Place } from './connection-limiter.ts'
import { DirectPublish } from './direct-publish.ts'
import { mayForward } from './forwarding.ts'
import { Gate } from './gate.ts'
import { type GrantingOptions, grantFilters, nextGrant, restoredGrant } from './granting.ts'
import { guardHooks } from './hooks.ts'
import { type FanOut, Inbound } from './inbound.ts'
import type { InboundPacket } from './inbound-packet.ts'
import { LiveConnection } from './live-connection.ts'
import { type Done, OrderingGate } from './ordering.ts'
import { BrokerPersistence } from './persistence.ts'
import type { QoS } from './qos.ts'
import { type Begun, owedTo } from './retained-delivery.ts'
import { type Deliver, TopicEmitter } from './topic-emitter.ts'

export interface TrustedBrokerOptions {
  hooks: BrokerHooks
  clock: Clock
  log: Log
  limits?: Partial<BrokerLimits>
  /** Default: one that keeps sessions in memory only. */
  persistence?: BrokerPersistence
  /** QoS 0 messages went nowhere because their reader took no bytes. */
  onDropped?: (drop: Dropped) => void
}

/** A message of the hub itself. */
export interface OutboundMessage {
  topic: string
  payload: Buffer | string
  qos: 0 | 1
  retain: boolean
  /** The key of the only session that may have it, as `Connection` has it. Not for retained messages. */
  to?: string
}

const TICK_MS = 100
const SWEEP_TICKS = 600

/** What Aedes keeps of a client's subscriptions; the ranks of the emitter need its functions. */
interface Subscriptions {
  subscriptions: Record<string, { func: Deliver; qos: QoS } | undefined>
}

/** Aedes 1.2.0 behind a gate, with every hook guarded: one slow, broken or hostile client harms only itself. */
export class TrustedBroker implements Service {
  #clock: Clock
  #onDropped: (drop: Dropped) => void
  #counters: BrokerCounters
  #registry: ClientRegistry
  #arrivals: Arrivals
  #limits: BrokerLimits
  #hooks: Required<BrokerHooks>
  #granting: GrantingOptions
  #persistence: BrokerPersistence
  #emitter = new TopicEmitter()
  #aedes: Aedes
  #ordering: OrderingGate<InboundPacket, Client | null>
  #inbound: Inbound
  #limiter: ConnectionLimiter
  #gates = new Set<Gate<LiveConnection>>()
  #stopTicking: Cancel = () => {}
  #ticks = 0
  #running = false

  constructor(options: TrustedBrokerOptions) {
    this.#clock = options.clock
    this.#onDropped = options.onDropped ?? (() => {})
    this.#counters = new BrokerCounters(options.log.part('broker'), options.clock)
    this.#limits = { ...BROKER_LIMITS, ...options.limits }
    const { clock } = options
    this.#persistence = options.persistence ?? new BrokerPersistence({ clock, limits: this.#limits })
    this.#hooks = guardHooks(options.hooks, {
      clock,
      timeoutMs: this.#limits.hookTimeoutMs,
      onFailure: (hook, error) => this.#counters.hookFailed(hook, error),
    })
    this.#registry = new ClientRegistry(this.#hooks, this.#persistence)
    this.#arrivals = new Arrivals({
      hooks: this.#hooks,
      registry: this.#registry,
      persistence: this.#persistence,
      connectionsPerOwner: this.#limits.connectionsPerOwner,
      onCrowd: ({ remote }, reason) => this.#counters.line('connection refused', { remote, reason }),
    })
    this.#granting = { hooks: this.#hooks, filtersPerClient: this.#limits.filtersPerClient }
    this.#limiter = new ConnectionLimiter(this.#limits)
    this.#aedes = this.#createAedes()
    const publish = this.#aedes.publish.bind(this.#aedes) as unknown as (p: unknown, c: unknown, done: Done) => void
    this.#ordering = new OrderingGate<InboundPacket, Client | null>(publish)
    this.#emitter.onEmit = () => this.#ordering.emitted()
    this.#inbound = new Inbound({
      hooks: this.#hooks,
      persistence: this.#persistence,
      limits: this.#limits,
      fanOut: (packet, connection, told) => this.#fanOut(packet, connection?.client ?? null, told),
      onRefused: (connection, reason) => this.#count(connection, reason),
    })
    this.#takeOverAedes()
  }

  async start(): Promise<void> {
    await this.#aedes.listen()
    this.#running = true
    this.#stopTicking = this.#clock.every(TICK_MS, () => this.#tick())
  }

  /** Closes every connection, which publishes the wills, and stops. Call `handle` no more. */
  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    this.#stopTicking()
    for (const gate of this.#gates) gate.abort('the hub stops')
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()))
    for (const gate of this.#gates) gate.owner.queue?.refuseAll()
    this.#gates.clear()
  }

  /**
   * Takes a place for a connection that is about to come, before its handshake costs anything; `remote` is the address its
   * limit counts by. `null` when there is none: close it. `close` ends it when others need the place.
   */
  admit(remote: string, close: () => void): Place | null {
    const place = this.#running ? this.#limiter.enter(remote, close) : { refuse: 'the hub stops' }
    if (!('refuse' in place)) return place
    this.#counters.line('connection refused', { remote, reason: place.refuse })
    return null
  }

  /** Takes a new connection, with the place that it has already or a new one. */
  handle(
    socket: Duplex,
    details: { remote: string; listener: string; place?: Place; shown?: string | undefined },
  ): void {
    const { remote, listener } = details
    // A socket that closed on its way here will not say so again, and would keep its place for ever.
    if (socket.destroyed) {
      details.place?.leave()
      return
    }
    const place = details.place ?? this.admit(remote, () => socket.destroy())
    if (!place) {
      // A socket that is destroyed may still report an error.
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    socket.once('close', place.leave)
    const connection = new LiveConnection(remote, listener, (reason) => gate.shut(reason))
    const gate: Gate<LiveConnection> = new Gate(socket, connection, {
      clock: this.#clock,
      limits: this.#limits,
      onViolation: (reason) => this.#count(connection, reason),
      onDropped: (messages) => this.#dropped(connection, messages),
    })
    connection.place = place
    connection.shown = details.shown
    connection.choke = (choked) => gate.choke(choked)
    connection.retained = () => gate.retained()
    gate.scanner.granting = grantFilters(gate, this.#granting)
    // Aedes listens too, but lets go of its listeners before the last error.
    gate.on('error', () => {})
    gate.once('close', () => {
      if (!connection.accepted) this.#registry.release(connection, '')
    })
    this.#gates.add(gate)
    this.#aedes.handle(gate)
  }

  /** Publishes a message of the hub. Resolves when every reader that keeps up has it; rejects when it cannot be sent. */
  publish(message: OutboundMessage): Promise<void> {
    const { topic, qos, retain } = message
    const payload = Buffer.isBuffer(message.payload) ? message.payload : Buffer.from(message.payload)
    const packet: InboundPacket = { cmd: 'publish', topic, payload, qos, retain, dup: false, will: false }
    if (message.to !== undefined) packet.properties = { to: message.to }
    return new Promise((resolve, reject) => {
      this.#fanOut(packet, null, {
        placed() {},
        delivered(error) {
          if (error) reject(new LaresError('internal', `publish ${topic}`, { cause: error }))
          else resolve()
        },
      })
    })
  }

  /** Whether any client that is here, or any persistent session, would get a message of this topic. */
  subscribers(topic: string): boolean {
    return this.#emitter.has(topic) || this.#persistence.hasSubscriber(topic)
  }

  /** Clients between `connected` and `disconnected`. */
  connections(): Iterable<Connection> {
    return this.#registry.connected
  }

  stats(): BrokerStats {
    return {
      ...this.#persistence.stats(),
      connected: this.#registry.connected.size,
      connections: this.#limiter.total,
      refused: this.#limiter.refused,
      takeovers: this.#registry.takeovers,
      unread: this.#counters.unread,
      slowReaders: [...this.#counters.slowReaders],
      violations: this.#counters.violations,
      hookFailures: this.#counters.hookFailures,
    }
  }

  // Aedes' side

  #createAedes(): Aedes {
    return new Aedes({
      mq: this.#emitter,
      persistence: this.#persistence,
      // Ours are the gate's; these are a second line.
      connectTimeout: this.#limits.connectTimeoutMs * 2,
      drainTimeout: this.#limits.drainTimeoutMs,
      maxTopicLevels: 100,
      maxInflightInbound: 0,
      preConnect: (client, packet, done) => {
        const connection = ownerOf(client)
        if (!connection) {
          done(new Error('not a connection of this broker'), false)
          return
        }
        connection.client = client
        connection.emptyId = packet.clientId === ''
        connection.request = connectRequestOf(packet)
        done(null, true)
      },
      authenticate: (client, _username, _password, done) => this.#arrivals.authenticate(client, done as AuthDone),
      authorizePublish: (client, packet, done) =>
        this.#inbound.authorize(ownerOf(client), packet as unknown as InboundPacket, done),
      authorizeSubscribe: (client, subscription, done) => done(null, this.#authorizeSubscribe(client, subscription)),
      authorizeForward: (client, packet) => {
        const connection = ownerOf(client)
        if (!connection) return null
        const delivery = { connection, clean: client.clean, packet: packet as unknown as StoredPacket }
        return mayForward(this.#hooks, this.#persistence, delivery) ? packet : null
      },
    })
  }

  #takeOverAedes(): void {
    const aedes = this.#aedes
    aedes.publish = ((packet: InboundPacket, client: Client | null | Done, done?: Done) => {
      const answer = typeof client === 'function' ? client : (done ?? (() => {}))
      // What clients send had its effect before Aedes was told: the rest is Aedes' own.
      if (packet.verdict === 'absorb') answer()
      else this.#fanOut(packet, null, { placed() {}, delivered: answer })
    }) as never
    this.#persistence.refused = (key, filter) => this.#registry.newest(key)?.denied.has(filter) === true
    this.#persistence.unstored = (key) => this.#registry.newest(key)?.close('the hub cannot store')
    const emitter = aedes as NodeJS.EventEmitter
    emitter.on('error', (error: Error) => this.#counters.line('aedes failed', { error: error.message }))
    emitter.on('client', (client: Client) => this.#registered(client))
    emitter.on('clientDisconnect', (client: Client) => this.#unregistered(client))
    emitter.on('clientError', (client: Client, error: Error) => this.#failed(client, error))
    emitter.on('connectionError', (client: Client, error: Error) => this.#failed(client, error))
    emitter.on('connackSent', (packet: { returnCode: number }, client: Client) => {
      if (packet.returnCode === 0) gateOf(client)?.open()
    })
    emitter.on('subscribe', (filters: { topic: string }[], client: Client) => {
      // Aedes asks for the retained messages next, in this turn.
      this.#persistence.owed = owedTo(filters.map(({ topic }) => this.#begun(client, topic)))
      for (const { topic } of filters) this.#rank(client, topic)
    })
    emitter.on('unsubscribe', (filters: string[], client: Client) => {
      for (const filter of filters) ownerOf(client)?.filters.delete(filter)
    })
  }

  // From CONNECT to the end

  #registered(client: Client): void {
    const gate = gateOf(client)
    if (!gate) return
    for (const filter of gate.owner.filters.keys()) this.#rank(client, filter)
    this.#registry.register(gate.owner)
    const direct = new DirectPublish({ gate, client, inbound: this.#inbound })
    gate.direct = (bytes, end) => direct.take(bytes, end)
    gate.release()
  }

  #unregistered(client: Client): void {
    const gate = gateOf(client)
    if (gate) this.#registry.release(gate.owner, gate.reason || 'the client disconnected')
  }

  #failed(client: Client, error: Error): void {
    const gate = gateOf(client)
    if (!gate) return
    gate.reason ||= error.message
    // Registration failed: nobody will report this client's end.
    if (gate.owner.accepted && !gate.owner.registered) {
      gate.abort(gate.reason)
      this.#registry.release(gate.owner, gate.reason)
    }
  }

  // Messages

  #fanOut(packet: InboundPacket, client: Client | null, { placed, delivered }: FanOut): void {
    // The sender's repetition is not the receiver's [MQTT-3.3.1-3].
    packet.dup = false
    if (packet.retain || this.subscribers(packet.topic)) {
      this.#ordering.submit({ packet, client, placed, done: delivered })
      return
    }
    placed()
    delivered()
  }

  #authorizeSubscribe(client: Client, subscription: { topic: string; qos: QoS }) {
    const connection = ownerOf(client)
    if (!connection) return null
    const { topic: filter, qos } = subscription
    if (connection.registered) {
      const held = connection.filters.has(filter)
      if (nextGrant(connection, filter) !== 'deny') return subscription as never
      if (held) this.#unsubscribe(client, filter)
      return null
    }
    const verdict = restoredGrant(connection, this.#granting, { filter, qos })
    if (verdict === 'deny') void this.#persistence.removeSubscriptions(client, [filter])
    else if (verdict !== qos) void this.#persistence.addSubscriptions(client, [{ ...subscription, qos: verdict }])
    return verdict === 'deny' ? null : ({ ...subscription, qos: verdict } as never)
  }

  /** Takes away a filter that the client holds and may hold no more. */
  #unsubscribe(client: Client, filter: string): void {
    client.unsubscribe({ unsubscriptions: [filter] } as never, () => {})
    void this.#persistence.removeSubscriptions(client, [filter])
  }

  /** From which message on the filter's subscription gets live ones, when the present SUBSCRIBE made it. */
  #begun(client: Client, filter: string): Begun {
    const subscription = (client as unknown as Subscriptions).subscriptions[filter]
    const since = subscription && this.#emitter.begin(filter, subscription.func)
    return { filter, since: since ?? Number.POSITIVE_INFINITY }
  }

  /** Aedes lowers each message to the QoS of the filter that equals its topic; `mayForward` knows all of them. */
  #rank(client: Client, filter: string): void {
    const { subscriptions } = client as unknown as Subscriptions
    const subscription = subscriptions[filter]
    const qos = ownerOf(client)?.filters.get(filter)
    if (!subscription || qos === undefined) return
    this.#emitter.rank(filter, subscription.func, qos)
    subscription.qos = 2
  }

  // Watching

  #tick(): void {
    const now = this.#clock.mono()
    for (const gate of this.#gates) {
      const { owner } = gate
      if (owner.queue?.stuck(now, this.#limits.hookTimeoutMs)) {
        this.#counters.hookFailed('publish', new Error('publish was not settled in time'))
        owner.close('the hub did not answer')
        owner.queue.refuseAll()
      }
      if (!gate.destroyed) gate.tick(now, TICK_MS / 1_000)
      else if (owner.gone && !owner.queue?.length) this.#gates.delete(gate)
    }
    this.#ticks += 1
    if (this.#ticks % SWEEP_TICKS === 0) this.#persistence.sweep()
  }

  #dropped({ key, clientId, remote }: LiveConnection, messages: number): void {
    const drop = { clientId, remote, messages }
    this.#counters.dropped({ ...drop, at: this.#clock.now() })
    this.#onDropped({ ...drop, owner: ownerIn(key) || clientId })
  }

  #count(connection: LiveConnection | null, reason: string): void {
    const clientId = connection?.clientId || null
    const remote = connection?.remote ?? ''
    this.#counters.violation(reason, remote, clientId)
    this.#hooks.violation(remote, clientId, reason)
  }
}
