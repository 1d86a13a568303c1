import { cutText } from '../../shared/cut-text.ts'
import { asError } from '../../shared/errors.ts'
import { BRIDGES, HEARD_FILTERS } from '../../shared/limits.ts'
import type { Log } from '../../shared/log.ts'
import type { ParsedTopic, TopicName, Topics } from '../../shared/topics.ts'
import type {
  Allowance,
  AuthVerdict,
  BrokerHooks,
  Connection,
  ConnectRequest,
  InboundPublish,
  PublishVerdict,
} from '../broker/connection.ts'
import type { FrontMessage, FrontTaker } from '../contract/front-part.ts'
import { bridgeOwner } from '../engine/bridge-at-broker.ts'
import { type Caller, LOCAL } from '../engine/caller.ts'
import { deviceOwner } from '../engine/client-session-key.ts'
import { houseAnnounced } from '../engine/discovery-topic.ts'
import type { Settled } from '../engine/intake.ts'
import type { Admission, Credentials, Principal } from '../engine/principal.ts'
import { type Access, accessOf, HOME_ASSISTANT } from './access.ts'
import type { BridgeSpaces } from './bridge-spaces.ts'
import { Denials } from './denials.ts'
import { mayReadAnnouncement } from './discovery-access.ts'
import { orderRequest } from './order-request.ts'

/** What goes there may hold a password or a secret, also where it is sent by mistake: its bytes are not kept. */
const CONFIDENTIAL: ReadonlySet<TopicName> = new Set(['adminRequest', 'adminResponse', 'joinRequest', 'joinResponse'])

/** Where what comes in goes on to. */
export interface HouseHooksParts {
  topics: Topics
  log: Log
  /** Why nothing can be stored at present, or `null`: then nobody is let in. */
  fault(): string | null
  authenticate(credentials: Credentials): Promise<Admission>
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
  /** Who takes a device's message instead of the engine, by the name of its topic. */
  takers: ReadonlyMap<TopicName, FrontTaker>
  /** Who hears a device's message on its way, by the name of its topic. None of them throws. */
  overheard: ReadonlyMap<TopicName, (message: FrontMessage) => void>
  request(levels: { area: string; verb: string }, message: { payload: Buffer; retained: boolean; caller: Caller }): void
  join(connection: Pick<Connection, 'clientId' | 'key'>, payload: Buffer, settle: (verdict: Settled) => void): void
  presence(change: { device: string; online: boolean; reason: string; address?: string }): void
  /** The first connection of a bridge is here, or the last is gone. */
  bridgePresence(change: { bridge: string; online: boolean; reason: string }): void
  houseOf(device: string): string | null
  /** What integrations say to each other. */
  heard(message: { topic: string; payload: Buffer }): void
  /** The topics of bridges. */
  spaces: BridgeSpaces
}

/** Topics remembered per connection. */
const OPEN_TOPICS = 32

interface Admitted {
  principal: Principal
  access: Access
  /** Topics that were found to be allowed: a client publishes to the same few. */
  open: Map<string, ParsedTopic>
  /** Endings that its rights know of. */
  since: number
}

/**
 * The house's rules at the broker: who may connect, what each may publish and read, and where a message goes.
 * A publish that is not allowed is acknowledged, kept as rejected or counted, and the connection lives:
 * closing it would make the client send the same again for ever.
 */
export class HouseHooks implements BrokerHooks {
  readonly denials: Denials
  #parts: HouseHooksParts
  #topics = new Map<string, ParsedTopic | null>()
  #admitted = new WeakMap<Connection, Admitted>()
  /** The newest connection of each device, so that the end of an older one says nothing. */
  #newest = new Map<string, number>()
  /** Connections of each bridge. One that was shut out as it came in is none. */
  #ofBridge = new Map<string, Set<Connection>>()
  /** By owner, the number of the last time that its rights changed: a login on its way may have been judged before. */
  #endings = new Map<string, number>()
  #ended = 0

  constructor(parts: HouseHooksParts) {
    this.#parts = parts
    this.denials = new Denials(parts.log)
  }

  async authenticate(connection: Connection, request: ConnectRequest): Promise<AuthVerdict> {
    const fault = this.#parts.fault()
    if (fault !== null) return { refuse: 3, reason: fault }
    const shown = {
      clientId: request.clientId,
      username: request.username ?? null,
      password: request.password?.toString() ?? null,
      listener: connection.listener,
      ...(connection.shown === undefined ? {} : { cookie: connection.shown }),
    }
    const since = this.#ended
    const admission = await this.#parts.authenticate(shown)
    if ('refuse' in admission) {
      this.#tellRefused(shown, admission.reason)
      return admission
    }
    const { accept: principal, clientId } = admission
    const access = accessOf(this.#parts.topics, principal, clientId)
    if (request.will && !this.#mayLeave(principal, access, request.will.topic)) {
      const reason = "the will is on a topic that is not the client's: leave none, or a device its own"
      this.#tellRefused(shown, reason)
      return { refuse: 5, reason }
    }
    this.#admitted.set(connection, { principal, access, open: new Map(), since })
    return { accept: principal, owner: ownerOf(principal), clientId, allowance: allowanceOf(principal, connection) }
  }

  publish(connection: Connection | null, message: InboundPublish, settle: (verdict: PublishVerdict) => void): void {
    const admitted = connection && this.#admitted.get(connection)
    if (!connection || !admitted) {
      settle('absorb')
      return
    }
    const bridge = this.#parts.spaces.of(message.topic)
    if (bridge && houseAnnounced(message.topic) === null && this.#parts.spaces.mayPublish(admitted.principal, bridge)) {
      this.#deliver(admitted.principal, message, settle)
      return
    }
    const done = (verdict: Settled) => settle(verdict === 'fault' ? 'close' : 'absorb')
    const topic = admitted.open.get(message.topic) ?? this.#parse(message.topic)
    if (!topic || !this.#mayPublish(admitted, message.topic, topic)) {
      this.#refuse(connection, admitted, { message, topic, settle, done })
      return
    }
    const { device = '', area = '', verb = '' } = topic.levels
    const { takers, overheard } = this.#parts
    const [taker, hearer] = [takers.get(topic.name), overheard.get(topic.name)]
    if (taker || hearer) {
      const known = { device, topic, text: message.topic, payload: message.payload }
      hearer?.(known)
      if (taker) {
        this.#hand(taker, known, done)
        return
      }
    }
    switch (topic.name) {
      case 'adminRequest':
        this.#parts.request(
          { area, verb },
          { payload: message.payload, retained: message.retain, caller: callerOf(admitted.principal, connection) },
        )
        settle('absorb')
        return
      case 'set':
        this.#parts.request(
          { area: 'entities', verb: 'set' },
          {
            payload: orderRequest(topic.levels, message.payload),
            ...{ retained: message.retain, caller: callerOf(admitted.principal, connection) },
          },
        )
        settle('absorb')
        return
      case 'joinRequest':
        this.#parts.join(connection, message.payload, done)
        return
      default:
        this.#parts.store(message.topic, message.payload, (verdict) => {
          if (verdict === 'stored') this.#parts.stored(device, topic.name)
          done(verdict)
        })
    }
  }

  #deliver(principal: Principal, message: InboundPublish, settle: (verdict: PublishVerdict) => void): void {
    if (principal.kind === 'integration' && isHomeAssistant(message.topic)) this.#parts.heard(message)
    settle('deliver')
  }

  #hand(taker: FrontTaker, message: FrontMessage, done: (verdict: Settled) => void): void {
    try {
      taker(message, done)
    } catch (error) {
      this.#parts.log.error({ topic: message.text, error: asError(error).stack }, 'a message could not be taken')
      done('fault')
    }
  }

  subscribe(connection: Connection, filter: string, qos: 0 | 1 | 2): 0 | 1 | 2 | 'deny' {
    const admitted = this.#admitted.get(connection)
    const { spaces } = this.#parts
    if (!admitted || !(admitted.access.maySubscribe(filter) || spaces.brings(admitted.principal, filter))) {
      this.denials.note('subscribe', connection.clientId, filter, this.#remedy(filter))
      return 'deny'
    }
    return qos === 2 ? 1 : qos
  }

  forward(connection: Connection, topic: string): boolean {
    const admitted = this.#admitted.get(connection)
    if (!admitted) return false
    const { principal, access } = admitted
    const announced = houseAnnounced(topic)
    if (announced !== null) return mayReadAnnouncement(principal, announced)
    const bridge = this.#parts.spaces.of(topic)
    if (bridge) return this.#parts.spaces.mayRead(principal, bridge)
    const parsed = this.#parse(topic)
    if (!parsed) return principal.kind === 'integration' && isHomeAssistant(topic)
    const { device } = parsed.levels
    return access.mayRead(parsed, device === undefined ? null : this.#parts.houseOf(device))
  }

  /** Rights of a user or device changed: whoever is coming in with the old ones is to come again. */
  end(who: { user: string } | { device: string } | { bridge: string }): void {
    this.#ended += 1
    const owner = 'user' in who ? who.user : 'bridge' in who ? bridgeOwner(who.bridge) : deviceOwner(who.device)
    this.#endings.set(owner, this.#ended)
  }

  connected(connection: Connection): void {
    const admitted = this.#admitted.get(connection)
    const principal = admitted?.principal
    if (principal && (this.#endings.get(ownerOf(principal)) ?? 0) > admitted.since) {
      connection.close('its rights changed while it came in')
      return
    }
    if (principal?.kind === 'bridge' && !isOurs(connection)) this.#bridgeCame(principal.id, connection)
    if (principal?.kind !== 'device' || principal.voice) return
    this.#newest.set(principal.id, connection.number)
    this.#parts.presence({ device: principal.id, online: true, reason: 'connected', address: connection.remote })
  }

  disconnected(connection: Connection, reason: string): void {
    const principal = this.#admitted.get(connection)?.principal
    if (principal?.kind === 'bridge' && !isOurs(connection)) this.#bridgeWent(principal.id, connection, reason)
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
    { principal }: Admitted,
    refused: {
      message: InboundPublish
      topic: ParsedTopic | null
      settle: (verdict: PublishVerdict) => void
      done: (verdict: Settled) => void
    },
  ): void {
    const { message, topic, settle, done } = refused
    const bridge = this.#parts.spaces.of(message.topic)
    const isOurs = houseAnnounced(message.topic) !== null
    if (principal.kind === 'integration' && isHomeAssistant(message.topic) && !bridge && !isOurs) {
      this.#deliver(principal, message, settle)
      return
    }
    const remedy = bridge
      ? `it is the bridge ${bridge.name} that publishes there: its devices are told what to do with lares entities set`
      : 'see who may publish what in docs/protocol.md'
    this.denials.note('publish', connection.clientId, message.topic, remedy)
    if (principal.kind !== 'device') {
      settle('absorb')
      return
    }
    const payload = topic && CONFIDENTIAL.has(topic.name) ? Buffer.alloc(0) : message.payload
    this.#parts.reject(
      principal.id,
      { topic: message.topic, payload, code: topic ? 'not_allowed' : 'unknown_topic' },
      done,
    )
  }

  #tellRefused(shown: Credentials, reason: string): void {
    this.#parts.log.info({ client: cutText(shown.clientId, 80), reason }, 'a connection was refused')
  }

  /** What somebody may do who was refused a filter. */
  #remedy(filter: string): string {
    const { base } = this.#parts.topics
    if (filter.startsWith('$SYS'))
      return `nothing is published below $SYS here: how the hub is stands in ${base}/hub/health`
    if (filter.startsWith('$share')) return 'shared subscriptions are MQTT 5: subscribe without $share'
    return 'nothing that this client may read matches: see who may read what in docs/protocol.md'
  }

  #mayPublish({ access, open }: Admitted, text: string, topic: ParsedTopic): boolean {
    if (open.has(text)) return true
    if (!access.mayPublish(topic)) return false
    // Each turn has a topic of its own.
    if (open.size >= OPEN_TOPICS) open.clear()
    open.set(text, topic)
    return true
  }

  #bridgeCame(bridge: string, connection: Connection): void {
    const others = this.#ofBridge.get(bridge)
    if (others) {
      others.add(connection)
      return
    }
    this.#ofBridge.set(bridge, new Set([connection]))
    this.#parts.bridgePresence({ bridge, online: true, reason: 'connected' })
  }

  #bridgeWent(bridge: string, connection: Connection, reason: string): void {
    const connections = this.#ofBridge.get(bridge)
    if (!connections?.delete(connection) || connections.size > 0) return
    this.#ofBridge.delete(bridge)
    this.#parts.bridgePresence({ bridge, online: false, reason })
  }

  /** A device leaves its own will, a bridge one below its prefixes; an integration tells Home Assistant that it is gone. */
  #mayLeave(principal: Principal, access: Access, will: string): boolean {
    const { spaces } = this.#parts
    const bridge = spaces.of(will)
    if (bridge) return spaces.mayPublish(principal, bridge)
    if (principal.kind === 'integration') return isHomeAssistant(will)
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

function isHomeAssistant(topic: string): boolean {
  return topic.startsWith(HOME_ASSISTANT.slice(0, -1))
}

/** Client ids are each owner's own. A user has one name space for all tokens; joiners know nothing of each other. */
function ownerOf(principal: Principal): string {
  switch (principal.kind) {
    case 'device':
      return deviceOwner(principal.id)
    case 'joiner':
      return `join ${principal.invitation}`
    case 'local':
      return LOCAL
    case 'bridge':
      return bridgeOwner(principal.id)
    default:
      return principal.user
  }
}

/** The hub itself, which listens to a bridge: that is not the bridge that came. */
function isOurs({ listener }: Connection): boolean {
  return listener === 'local'
}

function allowanceOf({ kind }: Principal, connection: Connection): Allowance {
  if (kind !== 'bridge') return {}
  const { packetBytes, connections, filters } = BRIDGES
  return { packetBytes, connections, filters: isOurs(connection) ? HEARD_FILTERS : filters }
}

function callerOf(principal: Principal, connection: Connection): Caller {
  const { clientId: client, remote: address } = connection
  if ('user' in principal) {
    const { kind, user, token, rights, session } = principal
    return { principal: user, kind, user, token, rights, client, address, session }
  }
  if (principal.kind !== 'local') throw new Error(`a ${principal.kind} asked the admin door`)
  const { kind, session } = principal
  return { principal: LOCAL, kind, user: null, token: null, rights: 'all', client, address, session }
}

/** The broker's words for the end of a connection, as the few that a status may carry. */
function presenceReason(reason: string): string {
  if (reason === 'revoked') return 'revoked'
  if (/newer connection/.test(reason)) return 'taken_over'
  if (/disconnected|DISCONNECT/.test(reason)) return 'clean'
  return 'lost'
}
