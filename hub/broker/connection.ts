import type { QoS } from './qos.ts'

/** One client's connection, as the rest of the hub sees it. */
export interface Connection {
  /** Counts all connections of this process; never used twice. */
  readonly number: number
  /** Empty until CONNECT arrived. */
  readonly clientId: string
  /** Names the session: the principal and its client id, see `clientSessionKey`. Empty until the client was accepted. */
  readonly key: string
  /** The other side's address. */
  readonly remote: string
  /** Which of the hub's listeners it came through. */
  readonly listener: string
  /** What it showed before CONNECT, where its listener asks for something; the broker only hands it on. */
  readonly shown?: string | undefined
  /** What `authenticate` accepted the client as. */
  principal: unknown
  /** Closes the connection; its will is published. Safe at any time. */
  close(reason: string): void
}

export interface LastWill {
  topic: string
  payload: Buffer
  qos: QoS
  retain: boolean
}

export interface ConnectRequest {
  /** Empty: the client leaves it to the server. */
  clientId: string
  username?: string
  password?: Buffer
  /** Clean session: nothing is kept for the client while it is away. */
  clean: boolean
  will?: LastWill
  /** 0: the client does not promise to be heard. */
  keepaliveS: number
}

/** What a principal may have that others may not. What is left out is as the limits say. */
export interface Allowance {
  /** Whole packets, in bytes. */
  packetBytes?: number
  /** Connections at a time. */
  connections?: number
  /** Filters that one of its clients may hold. */
  filters?: number
}

/**
 * Accepted as a principal, or refused with MQTT's CONNACK code. `owner` names the principal: a client id means a client of its
 * owner, and whoever has another owner never meets its session. Absent: all clients have one owner. `clientId` is the id
 * that is given to a client which left it to the server.
 */
export type AuthVerdict =
  | { accept: unknown; owner?: string; clientId?: string; allowance?: Allowance }
  | { refuse: 2 | 3 | 4 | 5; reason: string }

/**
 * `deliver`: acknowledge, then hand to subscribers and the retained store. `absorb`: acknowledge, hand to nobody.
 * `close`: no acknowledgement, the connection is closed.
 */
export type PublishVerdict = 'deliver' | 'absorb' | 'close'

export interface InboundPublish {
  topic: string
  payload: Buffer
  qos: QoS
  retain: boolean
  dup: boolean
  /** The client is gone and this is its will. */
  will: boolean
}

/** The rules the broker asks for. A hook that throws, rejects or does not answer has refused. */
export interface BrokerHooks {
  authenticate(connection: Connection, request: ConnectRequest): AuthVerdict | Promise<AuthVerdict>
  /**
   * Called in arrival order per connection; `settle` may be called later, once. The PUBACK waits for it.
   * The connection is null only for wills left by nobody.
   */
  publish(connection: Connection | null, message: InboundPublish, settle: (verdict: PublishVerdict) => void): void
  /** The QoS granted, or `deny`: SUBACK 0x80, the connection stays. Also asked when a session is restored. */
  subscribe(connection: Connection, filter: string, qos: QoS): QoS | 'deny'
  /** Asked for each delivery, also of messages that waited while the client was away. */
  forward(connection: Connection, topic: string): boolean
  /** After registration: this is the newest client of its id. */
  connected(connection: Connection): void
  /** Exactly once for each `connected`. */
  disconnected(connection: Connection, reason: string): void
  /** The gate closed a connection; its client id is null before CONNECT. */
  violation?(remote: string, clientId: string | null, reason: string): void
}
