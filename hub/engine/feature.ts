import type { Wire } from '../../shared/codec.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { MessageName } from '../../shared/messages/index.ts'
import type { TOPICS, TopicName } from '../../shared/topics.ts'
import type { Context } from './context.ts'
import type { House } from './house.ts'
import type { InputKind, InputOf, Verdict } from './input.ts'
import type { WriteCause } from './write-book.ts'

type MessageOf<N extends TopicName> = (typeof TOPICS)[N]['message'] & MessageName

/** Where a message came from. The device is known and its credential was checked. */
export interface Origin {
  device: string
  house: string
  /** `backlog` data never overwrites a newer latest value. */
  lane: 'urgent' | 'live' | 'backlog' | null
  /**
   * For a handler that writes rows of `readings`, once, when nothing can refuse the message any more: what the last of them is to
   * carry as its `mark`. It says that the message was applied, and how far its lane is, so that no other page is written for that.
   * `null`: the row carries nothing.
   */
  mark(): number | null
}

/** What a handler did not take of a message whose rest it took. Kept with its bytes and told to the device. */
export interface PartlyRefused {
  code: ErrorCode
  reason: string
}

export type IngestHandler<N extends TopicName> = (
  context: Context,
  message: Wire<MessageOf<N>>,
  origin: Origin,
  // biome-ignore lint/suspicious/noConfusingVoidType: most handlers take all of it and return nothing
) => PartlyRefused | undefined | void

export type Ingest = { [N in TopicName]?: IngestHandler<N> }

/** What became of a structured input; `value` goes back to whoever handed it in. */
export interface InputAnswer {
  verdict: Verdict
  value?: unknown
}

export type InputHandler<K extends InputKind> = (context: Context, input: InputOf<K>) => InputAnswer

export type InputHandlers = { [K in InputKind]?: InputHandler<K> }

/** A part of the house while the database is open. Every member is optional but the name. */
export interface Feature {
  name: string
  /** Without it the house can serve nobody. Its failure at start is the house's, and it is never left alone. */
  vital?: true
  /**
   * What its flush writes came with inputs that are acknowledged for it: one that fails refuses those inputs, and is never left
   * out. The flush of any other feature waits once it failed, and its neighbours go on.
   */
  gathers?: true
  /** What its messages, inputs, ticks and flushes write for, as far as they do not name another cause. Default: `other`. */
  writes?: WriteCause
  /** Wire messages it handles. A handler throws `LaresError` to reject the message; nothing of it is kept then. */
  ingest?: Ingest
  /** Structured inputs it handles, each by one feature alone. */
  inputs?: InputHandlers
  /** At start, in the first transaction: repair what a crash left, derive what others must see. */
  start?(context: Context): void
  /** Before every commit: write what was gathered. */
  flush?(context: Context): void
  /** After every commit: looks what is stored now. Must not write. */
  afterCommit?(context: Pick<Context, 'db' | 'effect'>): void
  /** About once a second. */
  tick?(context: Context): void
  /** At a clean stop, in the last transaction. */
  stop?(context: Context): void
  /** The transaction was rolled back or rows were changed from outside: forget what was cached, read it again. */
  forget?(): void
}

/** Opens a feature over the house's database. It is its own key: who needs the feature says `house.use(open)`. */
export type OpenFeature<F extends Feature = Feature> = (house: House) => F
