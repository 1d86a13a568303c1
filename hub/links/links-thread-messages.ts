import type { BrokerState } from '../makers/existing-broker.ts'

/** A broker of somebody else at which the house is shown, as hub.toml names it. Everything survives a structured clone. */
export interface NamedLink {
  /** As it is called in hub.toml. */
  key: string
  /** `mqtt://host:port` or `mqtts://host:port`. */
  url: string
  user: string | null
  /** A file with the certificate of its authority, PEM. */
  ca: string | null
  /** The only key that it may show; `null`: its certificate is looked at. */
  pin: string | null
  /** Where Home Assistant looks for announcements there. */
  prefix: string
  /** The login at the hub's own broker, whose rights it has. */
  login: string
  /** False: what stands there is taken back, and nothing is shown. */
  announce: boolean
}

export interface LinksSettings {
  links: readonly NamedLink[]
  /** The hub's local socket. */
  socket: string
  /** First level of the hub's own topics. */
  base: string
  logLevel: string
}

/** What the ledger knows of a place as a link begins. */
export interface LinkBegins {
  /** What identifies this hub among others at that broker. */
  hub: string
  /** Topics on which something stands there and is to stay. */
  stays: readonly string[]
  /** Topics that are to be emptied. */
  takeBack: readonly string[]
  /** Houses whose announcements are this hub's. */
  houses: readonly string[]
  /** Devices that somebody else announces there. */
  twins: readonly string[]
}

/** What the engine is asked. `note`: something is about to stand on these; `emptied`: nothing does any more. */
export type LedgerStep =
  | { ask: 'begins'; url: string; prefix: string; login: string }
  | { ask: 'note'; url: string; topics: readonly { topic: string; device: string }[] }
  | { ask: 'emptied'; url: string; topics: readonly string[] }

export type ToLinks =
  | { kind: 'answer'; number: number; value: unknown; error: string | null }
  /** Devices that somebody else announces there, from now on. */
  | { kind: 'twins'; url: string; devices: readonly string[] }
  | { kind: 'stop' }

export type FromLinks =
  | { kind: 'ledger'; number: number; step: LedgerStep }
  | { kind: 'password'; number: number; key: string }
  /** `near`: the hub's own broker, where the login may be refused. */
  | { kind: 'state'; key: string; side: 'near' | 'far'; state: BrokerState }
  | { kind: 'stopped' }
