import type { ErasedSubject, ErasureStep } from './erasure.ts'
import type { FetchedPage } from './lost-rows.ts'

/**
 * How far one stream has got. A stream is an ascending scan of keys: an append-only table by its own key, or the change
 * log (`changes`). `readings:0-1000` is the part of `readings` up to key 1000 that was split off so that newer rows go first.
 */
export interface StreamPosition {
  stream: string
  /** The hub's table; `sync_changes` for the change log. */
  table: string
  /** Under which epoch its rows have their key at central. */
  epoch: number
  /** Where it began, exclusive. */
  first: number
  /** Where it ends, inclusive; `null` while it is open. */
  upto: number | null
  /** Everything up to here is at central. */
  position: number
  /** Hash over the keys and times of all rows up to the position, 16 hex digits. */
  chain: string
  /** Which leases moved it, and from where: see sync/history.ts. Empty where nothing is known. */
  history: string
}

/** What became of the rows of a stream; `rows = merged + duplicates + quarantined` at all times. */
export interface StreamLedger {
  rows: number
  merged: number
  duplicates: number
  quarantined: number
  bytes: number
}

/** A row that Postgres refused. It stays at the hub until somebody decides. */
export interface HeldRow {
  table: string
  key: string
  epoch: number
  stream: string
  /** SQLSTATE. */
  code: string
  reason: string
}

/** A row that central manages, as it came: the text of its jsonb. */
export interface CentralRow {
  table: string
  key: string
  seq: number
  /** `null`: it was removed. */
  row: string | null
}

/** What one or several batches of a stream came to. */
export interface AckedPart {
  /** Where the stream stands now. */
  stream: StreamPosition
  /** What was added. */
  ledger: StreamLedger
  held: HeldRow[]
  /** Rows that went through the change log: no longer held, if they were. */
  settled: { table: string; key: string }[]
  /** Tables that central does not have yet: their entries stay in the change log, to be sent after it was migrated. */
  unknown: string[]
}

/** Why the streams begin where they do. */
export type Joining = 'first' | 'resumed' | 'hub_restored' | 'central_restored'

/** What the sync thread asks the engine to write down. Everything in it survives a structured clone. */
export type SyncStep =
  /** Before a lease is offered to central: a crash in between must not look like another hub. */
  | { step: 'propose'; token: string }
  | {
      step: 'joined'
      site: string
      name: string
      token: string
      /** Number of the lease at central. */
      leases: number
      epoch: number
      found: Joining
      /** Every stream that differs from what is stored. */
      streams: StreamPosition[]
      /** All rows that may change go into the change log again, with numbers above this one. */
      resend: boolean
      /** Numbers of the change log that central has seen; entries at or below get new ones. */
      changesSeen: number
      /** Rows of this site that central holds back, whatever the hub knows of them. */
      held: HeldRow[]
      /** What this house had erased there, ever. */
      erased: ErasedSubject[]
    }
  | { step: 'acked'; parts: AckedPart[] }
  /** What central had and this hub has no more is marked deleted there. */
  | { step: 'pruned'; stream: StreamPosition }
  /** Central removed rows of somebody; `done`: all there were. */
  | ({ step: 'erased' } & ErasureStep)
  | { step: 'fenced'; reason: string }
  /** The scopes this site may see: rows of all others leave. */
  | { step: 'granted'; scopes: string[] }
  | {
      step: 'scope'
      scope: string
      /** Position after these rows. */
      seq: number
      /** Central's sum over the scope's rows at this position; `null` while more pages follow. */
      checksum: string | null
      rows: CentralRow[]
      /** These are all rows of the scope: what else the house has of it leaves. */
      whole: boolean
    }
  /** Rows that the house lost and central had. */
  | ({ step: 'fetched' } & FetchedPage)
  | { step: 'discarded'; ids: number[] }

/** Answer to `joined`: the streams as they are stored now, and from which number on the change log was written again. */
export interface JoinedAnswer {
  streams: StreamPosition[]
  pruneFrom: number | null
}

/** Answer to `scope`. */
export interface ScopeAnswer {
  /** Whether what the house has equals central's sum; `null` while more pages follow. */
  ok: boolean | null
  refused: { table: string; key: string; reason: string }[]
}

/** What the hub knows of itself towards central. */
export interface SyncIdentity {
  site: string | null
  name: string | null
  /** The lease this hub held last. */
  token: string | null
  /** Leases that were proposed, with no answer stored yet; each start of the thread makes its own. */
  proposed: string[]
  /** How many leases central had given when this hub got its last: a smaller number there means that central was put back. */
  leases: number
  epoch: number
  /** Why this hub may not send, until `sync/claim`. */
  fenced: string | null
  /** The database was put in place from a copy. */
  restored: boolean
  /** The change log was written again from this number on, and central is to be pruned afterwards. */
  pruneFrom: number | null
}

export const NO_IDENTITY: SyncIdentity = {
  site: null,
  name: null,
  token: null,
  proposed: [],
  leases: 0,
  epoch: 0,
  fenced: null,
  restored: false,
  pruneFrom: null,
}
