import type { EntityOrder } from '../../shared/entity-order.ts'
import type { Load } from './broker-session.ts'
import type { BrokerState } from './existing-broker.ts'
import type { OwnTopics } from './own-topics.ts'

/** A broker that is there already, as hub.toml names it. Everything survives a structured clone. */
export interface NamedBroker {
  /** As it is called in hub.toml. */
  key: string
  /** `mqtt://host:port` or `mqtts://host:port`; `unix:` with a path is the hub's own socket. */
  url: string
  user: string | null
  /** A file with the certificate of its authority, PEM. */
  ca: string | null
  /** The only key that it may show; `null`: its certificate is looked at. */
  pin: string | null
  /** What is spoken there: each is a source of its own. */
  spoken: readonly { source: string; dialect: string; prefix: string; own: OwnTopics }[]
}

export interface MakersSettings {
  brokers: readonly NamedBroker[]
  logLevel: string
}

export type ToMakers =
  /** Devices of a source whose states are wanted. */
  | { kind: 'want'; source: string; identities: readonly string[] }
  | { kind: 'order'; id: number; source: string; uniqueId: string; order: EntityOrder }
  /** The load is on the disk, or was not taken. */
  | { kind: 'taken'; number: number; error: string | null }
  | { kind: 'password'; number: number; password: string | null; error: string | null }
  /** These are all brokers from now on: those that are new or otherwise are begun, and those that are no more ended. */
  | { kind: 'brokers'; brokers: readonly NamedBroker[] }
  | { kind: 'stop' }

export type FromMakers =
  | { kind: 'load'; number: number; source: string; load: Load }
  | { kind: 'state'; source: string; state: BrokerState }
  | { kind: 'trouble'; source: string; reason: string | null }
  | { kind: 'ordered'; id: number; source: string; error: string | null }
  /** Messages that were too large, since the thread began. Every few seconds, where they are more than before. */
  | { kind: 'passed_over'; sources: readonly { source: string; messages: number }[] }
  /** It is about to connect, and may need a password. */
  | { kind: 'password'; number: number; broker: string }
  | { kind: 'stopped' }
