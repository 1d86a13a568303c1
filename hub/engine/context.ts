import type { EventType, EventTypeName } from '../../shared/event-types.ts'
import type { RandomBytes } from '../../shared/ids.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import type { Topics } from '../../shared/topics.ts'
import type { Keyring } from '../secrets/keyring.ts'
import type { CentralTable } from '../store/central-shape.ts'
import type { Caller } from './caller.ts'
import type { Effect } from './input.ts'
import type { WriteCause } from './write-book.ts'

/** Types of events that features declare: each adds its own, and names them in its `feature.ts`. */
// biome-ignore lint/suspicious/noEmptyInterface: declarations are merged into it
export interface FeatureEvents {}

/** What a feature adds to the event log; what is left out is derived from the table of event types. */
export type NewEvent = WhatHappened & Where

/**
 * What belongs to a device or a session belongs to a house, too: only by its house a person sees it. An event of none is the
 * hub's own, which administrators see.
 */
type Where =
  | { house: string; device?: string; entity?: string; session?: string }
  | { house?: never; device?: never; entity?: never; session?: never }

interface WhatHappened {
  type: EventTypeName | keyof FeatureEvents
  /** Where the type's own category does not fit. */
  category?: string
  severity?: 'debug' | 'info' | 'warning' | 'error' | 'critical'
  user?: string
  source?: 'device' | 'automation' | 'user' | 'system'
  description?: string
  data?: Record<string, unknown>
  /** Who asked for what happened. Kept with the event, and told to nobody who only hears of it. */
  caller?: Caller
  oldState?: string
  newState?: string
  /** What belonged to the new state. */
  attributes?: Record<string, unknown>
  /** False: it is stored and told to nobody, because it happened long ago. Default true. */
  isNews?: boolean
  /** When it happened at its source; absent means now. */
  timestamp?: number
}

/** What a type of event is called and where it belongs; one that nobody declared gets a title made of its name. */
export type TypeOfEvent = (type: string) => EventType

/** What stays the same as long as the database is open. */
export interface Store {
  db: Database
  topics: Topics
  random: RandomBytes
  /** Version of this program. */
  version: string
  /** Every table that leaves the house, as it is declared: commands do not load the declarations themselves. */
  tables: readonly CentralTable[]
  /** Every kind of durable job by its name; what a kind is, `kindOf` knows. */
  jobKinds: ReadonlyMap<string, { readonly name: string }>
  /** Of the types that both ends know of, and those that features declare. */
  typeOf: TypeOfEvent
  /** The keys of what is sealed. */
  keyring: Keyring
  /** The sections of `hub.toml`. */
  settings: Readonly<Record<string, unknown>>
}

/**
 * What a handler may use. It gets the time and new ids from here and does no I/O beyond the database,
 * so the engine is a deterministic machine.
 */
export interface Context extends Store {
  /** Time of receipt of the batch, wall clock. */
  now: number
  /** Whether this machine's clock follows a time source; `null` when that is not known. */
  clockSynced: boolean | null
  /** Monotonic clock when the engine took the batch up; `null` where nobody handed it in. */
  mono: number | null
  /** A new UUIDv7. */
  id(): string
  /** To be done after the commit. Dropped when the input fails. */
  effect(effect: Effect): void
  /** Runs after the commit, for what is kept in memory only. Dropped when the batch fails. */
  committed(run: () => void): void
  addEvent(event: NewEvent): void
  /** What is written from here on is for this, until another cause is named: see `WriteBook`. Returns the one before. */
  cause(cause: WriteCause): WriteCause
  /**
   * Runs it in a savepoint. What it throws is returned and logged, and everything that it wrote and left is undone; a disk that
   * fails ends the whole batch as ever, and is thrown.
   */
  attempt(run: () => void): Error | null
  /** Another object after a part of the transaction was undone: for what is counted of its rows and kept until its end. */
  basis: object
  /**
   * Has the books written with this transaction, also what only marks of readings say until then. Call before readings go that
   * are younger than the last call.
   */
  settle(): void
  /** Call after changing rows that features cache: they read them again. */
  changed(): void
}
