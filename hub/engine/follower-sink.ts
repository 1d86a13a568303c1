import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { SecretReader } from '../secrets/secret-reader.ts'
import type { FollowedRow } from './follower.ts'

/** What a delivery is given beside its rows. */
export interface DeliveryContext {
  /** Aborted at the deadline, when a person skips rows, and when the hub stops: whoever waits for something passes it on. */
  signal: AbortSignal
  /**
   * Names the life of this database. After a backup was put in place it is another, and the same keys may be those of other
   * rows: `epoch` and a row's `id` together are that row's and no other's.
   */
  epoch: string
  /** The same whenever exactly these rows are delivered. They may also come again among others: see `epoch`. */
  idempotencyKey: string
  /** The sections of `hub.toml`. */
  settings: Readonly<Record<string, unknown>>
  /** What lets the hub in where that is. */
  secrets: SecretReader
  clock: Clock
  log: Log
}

/**
 * Hands rows to what is outside; resolving acknowledges all of them. They may come again after that: what is outside must not
 * mind. A `LaresError` whose code says that trying again cannot help refuses the rows: they come again in smaller parts, until
 * the one that is to blame is alone. Anything else that it throws is tried again.
 */
export type Sink<R extends FollowedRow = FollowedRow> = (rows: readonly R[], context: DeliveryContext) => Promise<void>

/** By the follower's name; each loads its module when there is first something to deliver. */
export type Sinks = ReadonlyMap<string, () => Promise<Sink>>
