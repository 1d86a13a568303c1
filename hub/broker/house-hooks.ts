import { cutText } from '../../shared/cut-text.ts'
import { KEEPALIVE_MAX_S } from '../../shared/limits.ts'
import type { Log } from '../../shared/log.ts'
import type { ParsedTopic, TopicName, Topics } from '../../shared/topics.ts'
import type { Caller } from '../engine/caller.ts'
import type { Settled } from '../engine/intake.ts'
import type { Admission, Principal, Credentials as Shown } from '../engine/principal.ts'
import { type Access, accessOf, HOME_ASSISTANT } from './access.ts'
import type { AuthVerdict, BrokerHooks, Connection, Credentials, InboundPublish, PublishVerdict } from './connection.ts'
import { Denials } from './denials.ts'

/** Where what comes in goes on to. */
export interface HouseParts {
  topics: Topics
  log: Log
  /** Why nothing can be stored at present, or `null`: then nobody is let in. */
  fault(): string | null
  authenticate(credentials: Shown): Promise<Admission>
  /** A device's message for the engine. */
  store(topic: string, payload: Buffer, settle: (verdict: Settled) => void): void
  /** A device's message that no row of the topic table allows: kept as rejected. */
  reject(
    device: string,
    message: { topic: string; payload: Buffer; code: 'unknown_topic' | 'not_allowed' },
    settle: (verdict: Settled) => void,
  ): void
  /** A device's message is on disk. */
  stored(device: string, topic: TopicName): void
  turn(device: string, message: InboundPublish, settle: (verdict: Settled) => void): void
  frame(device: string, turn: string, payload: Buffer): void
  request(levels: { area: string; verb: string }, message: { payload: Buffer; retained: boolean; caller: Caller }): void
  join(client: string, payload: Buffer, settle: (verdict: Settled) => void): void
  presence(change: { device: string; online: boolean; reason: string }): void
  houseOf(device: string): string | null
}

/** Topics remembered per connection. */
const OPEN_TOPICS = 32

interface Session {
  principal: Principal
  access: Access
  /** Topics that were found to be allowed: a client publishes to the same few. */
  open: Map<string, ParsedTopic>
}

/**
 * The house's rules at the broker: who may connect, what each may publish and read, and where a message goes.
 * A publish that is not allowed is acknowledged, kept as rejected or counted, and the connection lives:
 * closing it would make the client send the same again for ever.
 */
export class HouseHooks implements BrokerHooks {
  readonly denials: Denials
  #parts: HouseParts
  #topics = new Map<string, ParsedTopic | null>()
  #sessions = new WeakMap<Connection, Session>()
  /** The newest connection of each device, so that the end of an older one says nothing. */
  #newest = new Map<string, number>()

  constructor(parts: HouseParts) {
    this.#parts = parts
    this.denials = new Denials(parts.log)
  }

  async authenticate(connection: Connection, credentials: Credentials): Promise<AuthVerdict> {
    const { keepaliveS } = credentials
    if (keepaliveS === 0 || keepaliveS > KEEPALIVE_MAX_S) {
      // A client that promises no sign of life would count as connected for ever.
      return { refuse: 5, reason: `a keepalive of 1 to ${KEEPALIVE_MAX_S} seconds is needed, not ${keepaliveS}` }
    }
    const fault = this.#parts.fault()
    if (fault !== null) return { refuse: 3, reason: fault }
    const shown = {
      clientId: credentials.clientId,
      username: credentials.username ?? null,
      password: credentials.password?.toString() ?? null,
      listener: connection.listener,
    }
    const admission = await this.#parts.authenticate(shown)
    if ('refuse' in admission) {
      this.#parts.log.info(
        { client: cutText(shown.clientId, 80), reason: admission.reason },
        'a connection was refused',
      )
      return admission
    }
    const access = accessOf(this.#parts.topics, admission.accept, credentials.clientId)
    if (credentials.will && !this.#mayLeave(admission.accept, access, credentials.will.topic)) {
      return { refuse: 5, reason: "the will is on a topic that is not the client's" }
    }
    this.#sessions.set(connection, { principal: admission.accept, access, open: new Map() })
    return { accept: admission.accept }
  }

  publish(connection: Connection | null, message: InboundPublish, settle: (verdict: PublishVerdict) => void): void {
    const session = connection && this.#sessions.get(connection)
    if (!connection || !session) {
      settle('absorb')
      return
    }
    const done = (verdict: Settled) => settle(verdict === 'fault' ? 'close' : 'absorb')
    const topic = session.open.get(message.topic) ?? this.#parse(message.topic)
    if (!topic || !this.#mayPublish(session, message.topic, topic)) {
      this.#refuse(connection, session, { message, topic, settle, done })
      return
    }
    const { device = '', turn = '', area = '', verb = '' } = topic.levels
    switch (topic.name) {
      case 'audio':
        this.#parts.frame(device, turn, message.payload)
        settle('absorb')
        return
      case 'turn':
        this.#parts.turn(device, message, done)
        return
      case 'adminRequest':
        this.#parts.request(
          { area, verb },
          { payload: message.payload, retained: message.retain, caller: callerOf(session.principal, connection) },
        )
        settle('absorb')
        return
      case 'joinRequest':
        this.#parts.join(connection.clientId, message.payload, done)
        return
      default:
        this.#parts.store(message.topic, message.payload, (verdict) => {
          if (verdict === 'stored') this.#parts.stored(device, topic.name)
          done(verdict)
        })
    }
  }

  subscribe(connection: Connection, filter: string, qos: 0 | 1 | 2): 0 | 1 | 2 | 'deny' {
    const session = this.#sessions.get(connection)
    if (!session?.access.maySubscribe(filter)) {
      this.denials.note('subscribe', connection.clientId, filter)
      return 'deny'
    }
    return qos === 2 ? 1 : qos
  }

  forward(connection: Connection, topic: string): boolean {
    const session = this.#sessions.get(connection)
    if (!session) return false
    const { principal } = session
    if (
      principal.kind === 'device' ||
      principal.kind === 'joiner' ||
      principal.kind === 'local' ||
      principal.houses === null
    )
      return true
    const parsed = this.#parse(topic)
    if (!parsed) return principal.kind === 'integration'
    if (parsed.name === 'adminEvent') return false
    const { device } = parsed.levels
    if (device === undefined) return true
    const house = this.#parts.houseOf(device)
    return house !== null && principal.houses.includes(house)
  }

  connected(connection: Connection): void {
    const principal = this.#sessions.get(connection)?.principal
    if (principal?.kind !== 'device' || principal.voice) return
    this.#newest.set(principal.id, connection.number)
    this.#parts.presence({ device: principal.id, online: true, reason: 'connected' })
  }

  disconnected(connection: Connection, reason: string): void {
    const principal = this.#sessions.get(connection)?.principal
    if (principal?.kind !== 'device' || principal.voice || this.#newest.get(principal.id) !== connection.number) return
    this.#newest.delete(principal.id)
    this.#parts.presence({ device: principal.id, online: false, reason: presenceReason(reason) })
  }

  /**
   * What is not allowed is acknowledged and goes nowhere: a device's message is kept with its reason, others are counted.
   * Home Assistant's own topics pass for integrations.
   */
  #refuse(
    connection: Connection,
    { principal }: Session,
    refused: {
      message: InboundPublish
      topic: ParsedTopic | null
      settle: (verdict: PublishVerdict) => void
      done: (verdict: Settled) => void
    },
  ): void {
    const { message, topic, settle, done } = refused
    if (principal.kind === 'integration' && message.topic.startsWith(HOME_ASSISTANT.slice(0, -1))) {
      settle('deliver')
      return
    }
    this.denials.note('publish', connection.clientId, message.topic)
    if (principal.kind !== 'device') {
      settle('absorb')
      return
    }
    this.#parts.reject(
      principal.id,
      { topic: message.topic, payload: message.payload, code: topic ? 'not_allowed' : 'unknown_topic' },
      done,
    )
  }

  #mayPublish({ access, open }: Session, text: string, topic: ParsedTopic): boolean {
    if (open.has(text)) return true
    if (!access.mayPublish(topic)) return false
    // Each turn has a topic of its own.
    if (open.size >= OPEN_TOPICS) open.clear()
    open.set(text, topic)
    return true
  }

  /** A device leaves its own will; an integration tells Home Assistant that it is gone. */
  #mayLeave(principal: Principal, access: Access, will: string): boolean {
    if (principal.kind === 'integration') return will.startsWith(HOME_ASSISTANT.slice(0, -1))
    const topic = this.#parse(will)
    return topic?.name === 'will' && access.mayPublish(topic)
  }

  #parse(text: string): ParsedTopic | null {
    let topic = this.#topics.get(text)
    if (topic === undefined) {
      topic = this.#parts.topics.parse(text)
      if (this.#topics.size > 20_000) this.#topics.clear()
      this.#topics.set(text, topic)
    }
    return topic
  }
}

function callerOf(principal: Principal, connection: Connection): Caller {
  const client = connection.clientId
  if (principal.kind === 'person' || principal.kind === 'integration') {
    return { principal: principal.user, user: principal.user, role: principal.role, houses: principal.houses, client }
  }
  return { principal: 'local', user: null, role: 'admin', houses: null, client }
}

/** The broker's words for the end of a connection, as the few that a status may carry. */
function presenceReason(reason: string): string {
  if (reason === 'revoked') return 'revoked'
  if (/newer connection/.test(reason)) return 'taken_over'
  if (/disconnected|DISCONNECT/.test(reason)) return 'clean'
  return 'lost'
}
