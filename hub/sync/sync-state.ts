import type { ErasureStep, PendingErasure } from '../engine/erasure.ts'
import type { FetchedPage, RowsToFetch } from '../engine/lost-rows.ts'
import type { AckedPart, CentralRow, ScopeAnswer, StreamPosition, SyncIdentity, SyncStep } from '../engine/sync-step.ts'

/** What the pump asks for. Each is answered by exactly one event, unless the process dies. */
export type SyncEffect =
  /** Have the engine write it down, durably. */
  | { kind: 'persist'; step: SyncStep }
  /** Connect, compare, take the lease; all in one transaction at central. */
  | { kind: 'handshake'; proposed: string }
  /** How much waits in each stream. */
  | { kind: 'look' }
  /** Read the next rows and put them into central with the cursor. */
  | { kind: 'send'; stream: StreamPosition; rows: number }
  /** Split a part off: the cursor jumps to `upto`, what was skipped becomes a stream of its own. */
  | { kind: 'split'; stream: StreamPosition; upto: number }
  /** Mark as deleted what this hub has no more; `stream` is the change log's. */
  | { kind: 'prune'; from: number; stream: StreamPosition }
  /** Have central remove what it has of somebody who was erased here. */
  | { kind: 'erase'; erasure: PendingErasure }
  | { kind: 'scopes' }
  | { kind: 'pull'; scope: string; after: number; whole: boolean }
  | { kind: 'report'; scope: string; seq: number; answer: ScopeAnswer }
  /** Ask central for rows that the house lost. */
  | { kind: 'fetch'; lost: RowsToFetch }
  /** Close the connection; the next handshake makes a new one. */
  | { kind: 'disconnect' }
  /** Only the newest wait counts: `timer` tells them apart. */
  | { kind: 'wait'; ms: number; timer: number }

export interface Waiting {
  stream: string
  epoch: number
  /** Highest key there is; for the part of a stream, at most its end. */
  newest: number
  /** Rows that wait, about: keys have holes. */
  rows: number
  /** When the oldest of them was stored, wall clock; `null` when none waits. */
  oldest: number | null
}

export type SyncEvent =
  | { kind: 'start' }
  /** Central is configured again, or a person said that this hub is the one. */
  | { kind: 'claimed'; identity: SyncIdentity; streams: StreamPosition[] }
  | { kind: 'persisted'; step: SyncStep['step']; answer: unknown }
  | { kind: 'not_persisted'; step: SyncStep['step']; reason: string }
  | { kind: 'handshake_done'; outcome: HandshakeOutcome }
  | {
      kind: 'seen'
      waiting: Waiting[]
      changes: { waiting: number; oldest: number | null }
      erasures: { removing: boolean; pending: PendingErasure[] }
      /** What central is to be asked for next of what the house lost. */
      lost: RowsToFetch | null
    }
  | { kind: 'sent'; result: Sent }
  | { kind: 'split'; live: StreamPosition; part: StreamPosition }
  /** The change log's stream afterwards; `null`: not now, too much waits. */
  | { kind: 'pruned'; stream: StreamPosition | null }
  | ({ kind: 'erased' } & ErasureStep)
  | { kind: 'scopes'; granted: GrantedScope[] }
  | { kind: 'pulled'; scope: string; page: Pulled }
  | { kind: 'reported' }
  /** `later`: the house is busy, or its disk nearly full. `failed`: central does not answer to this, and to everything else. */
  | { kind: 'fetched'; page: FetchedPage | 'later' | 'failed' }
  /** Central says that another hub holds the lease. */
  | { kind: 'lease_lost'; reason: string }
  /** The connection or the statement failed; nothing is known of what was sent. */
  | { kind: 'failed'; reason: string; during: SyncEffect['kind'] }
  | { kind: 'waited'; timer: number }

export type HandshakeOutcome =
  | { kind: 'fenced'; reason: string }
  | { kind: 'wrong_site'; reason: string }
  | { kind: 'go'; facts: Omit<Extract<SyncStep, { step: 'joined' }>, 'step' | 'token'> }

/** `stream` is unchanged when there was nothing to send. */
export interface Sent extends AckedPart {
  /** Whether more rows wait behind this batch. */
  more: boolean
  /** Milliseconds the transaction took. */
  tookMs: number
}

/** A scope of this site as central has it now. */
export interface GrantedScope {
  scope: string
  seq: number
  checksum: string
}

export interface Pulled {
  rows: CentralRow[]
  seq: number
  /** `null` while more pages follow. */
  checksum: string | null
}

export type Mode =
  /** Before the first handshake, or between two. */
  | 'disconnected'
  | 'handshake'
  | 'running'
  /** Another hub holds the lease; a person has to decide. */
  | 'fenced'

/** A scope as the pump knows it. */
export interface ScopeState {
  seq: number
  /** Central's position when it was last asked. */
  latest: number
  /** The whole scope is to be fetched beside and swapped. */
  whole: boolean
  /** Rows of a whole fetch so far. */
  gathered: CentralRow[]
  /** It is to be compared with central although nothing new came. */
  check: boolean
  /** Central's sum when its last page came. */
  checksum: string | null
  /** The house refused rows of it when it was compared last. */
  refusing: boolean
}

export interface SyncState {
  mode: Mode
  identity: SyncIdentity
  streams: StreamPosition[]
  scopes: Record<string, ScopeState>
  /** This process held the lease. */
  heldLease: boolean
  /** The one operation at central that is under way. */
  busy: SyncEffect['kind'] | null
  /** What the engine is writing down. */
  saving: AckedPart[] | null
  /** Positions that it does not have yet. Losing them costs a comparison at the next handshake. */
  unsaved: AckedPart[]
  /** Streams with rows to send, by name and epoch. */
  ready: string[]
  /** Rows in the next batch. */
  batchRows: number
  /** Rows of somebody are being removed here: nothing is sent meanwhile, so that none of them leaves. */
  removing: boolean
  /** What central is to be told yet. */
  erasures: PendingErasure[]
  /** What central did or refused, and the engine may not have written down yet. */
  answered: Set<string>
  /** The erasure whose step was the last thing that central was asked for. */
  erasing: string | null
  /** Looks until the scopes are asked for again. */
  untilScopes: number
  /** What central is to be asked for next of what the house lost. */
  lost: RowsToFetch | null
  /** Looks until it is asked again, after it could not be. */
  untilFetch: number
  failures: number
  /** In plain words, for `sync/status`; `null` after a success. */
  lastError: string | null
}
