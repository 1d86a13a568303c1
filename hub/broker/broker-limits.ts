import {
  ARRIVING,
  BRIDGES,
  CONNECT_TIMEOUT_MS,
  CONNECTIONS_PER_ADDRESS,
  CONNECTIONS_TOTAL,
  DRAIN_TIMEOUT_MS,
  FILTERS_PER_CLIENT,
  INFLIGHT_PER_CLIENT,
  MESSAGES_PER_SECOND,
  OFFLINE_QUEUE,
  PACKET_BYTES,
  PER_PRINCIPAL,
  RETAINED_TOPICS,
  TOPIC_BYTES,
  TOPIC_LEVELS,
} from '../../shared/limits.ts'

/** Every bound the broker keeps. The defaults are the protocol's; tests and the open mode override them. */
export interface BrokerLimits {
  /** Whole packet, before CONNECT is accepted. */
  beforeConnectBytes: number
  /** Whole packet, afterwards. */
  afterConnectBytes: number
  topicBytes: number
  topicLevels: number
  /** Filters in one SUBSCRIBE, and filters one client may hold. */
  filtersPerClient: number
  /** Until CONNECT is complete. */
  connectTimeoutMs: number
  /** A reader that takes no byte for this long is closed. */
  drainTimeoutMs: number
  /** A reader that takes no byte for this long stops holding up those who publish to it. */
  stallMs: number
  /** Bytes waiting for one reader beyond which it is closed at once. */
  outputBytes: number
  connections: number
  connectionsPerAddress: number
  /** Connections without an accepted CONNECT. */
  arriving: { total: number; perAddress: number }
  connectionsPerOwner: number
  messagesPerSecond: number
  /** QoS 2 messages of one client that wait for their PUBREL. */
  inflightPerClient: number
  /** A hook that has not answered by then has refused. */
  hookTimeoutMs: number
  offlineQueue: { messages: number; bytes: number; ageMs: number }
  /** Bytes of all offline queues together. */
  offlineBytes: number
  retainedTopics: number
  retainedBytes: number
  /** Of each who has a share of their own. */
  retainedShare: { topics: number; bytes: number }
  /** Persistent sessions of all; the one away for longest of who has most goes first. */
  sessions: number
  sessionsPerOwner: number
  /** Bytes of all offline queues of one owner. */
  queueBytesPerOwner: number
}

const MiB = 1024 * 1024

export const BROKER_LIMITS: BrokerLimits = {
  beforeConnectBytes: PACKET_BYTES.beforeConnect,
  afterConnectBytes: PACKET_BYTES.afterConnect,
  topicBytes: TOPIC_BYTES,
  topicLevels: TOPIC_LEVELS,
  filtersPerClient: FILTERS_PER_CLIENT,
  connectTimeoutMs: CONNECT_TIMEOUT_MS,
  drainTimeoutMs: DRAIN_TIMEOUT_MS,
  stallMs: 250,
  outputBytes: 8 * MiB,
  connections: CONNECTIONS_TOTAL,
  connectionsPerAddress: CONNECTIONS_PER_ADDRESS,
  arriving: ARRIVING,
  connectionsPerOwner: PER_PRINCIPAL.connections,
  messagesPerSecond: MESSAGES_PER_SECOND,
  inflightPerClient: INFLIGHT_PER_CLIENT,
  hookTimeoutMs: 5_000,
  offlineQueue: OFFLINE_QUEUE,
  offlineBytes: 64 * MiB,
  retainedTopics: RETAINED_TOPICS,
  retainedBytes: 64 * MiB,
  retainedShare: BRIDGES.retained,
  sessions: 1_000,
  sessionsPerOwner: PER_PRINCIPAL.sessions,
  queueBytesPerOwner: PER_PRINCIPAL.queueBytes,
}
