import type { ErrorCode } from '../../shared/errors.ts'
import type { FollowedRow } from './follower.ts'

/** What beside the broker is asked of the engine or told to it about followers, each an input of its own. */
export type FollowerStep =
  /** Asked once the database is open, and whenever the engine says that something changed. Answered by `FoundFollower[]`. */
  | { step: 'found' }
  /** The rows behind `after`, `most` of them. Answered by a `FollowedPage`. Writes nothing. */
  | { step: 'page'; follower: string; after: number; most: number }
  /** Rows were acknowledged by what is outside. `duplicate`: the position is not where these rows began, and stays. */
  | { step: 'acknowledged'; follower: string; from: number; upto: number }
  /** An inside follower is to take its next rows. Answered by `WorkDone`. */
  | { step: 'work'; follower: string; most: number }
  /** One row cannot be taken: it is passed over as a gap. Answered as `acknowledged`. */
  | { step: 'refused'; follower: string; from: number; upto: number; error: FollowerError }
  /** It does not get on, for everybody to see. The next rows that it is past take that back. */
  | { step: 'trouble'; follower: string; error: FollowerError }

export interface FollowerError {
  code: ErrorCode
  message: string
}

/** A follower as what runs it beside the broker must know it. */
export interface FoundFollower {
  name: string
  kind: 'inside' | 'outside' | 'fleeting'
  table: string
  rows: number
  /** Of a fleeting one: the newest key. */
  position: number
  newest: number
  /** Of an inside one, how long it waits after a failure too. */
  backoff: { firstMs: number; capMs: number }
  gatherMs: number
  deadlineMs: number
  /** Rows that a fleeting one keeps; 0 for the others. */
  ring: number
}

export interface FollowedPage {
  rows: FollowedRow[]
  /** Everything up to this key was looked at. */
  upto: number
  /** The newest key of the table. */
  newest: number
  epoch: string
}

export interface WorkDone {
  /** Rows that were taken. */
  rows: number
  from: number
  upto: number
  newest: number
}

/** How a follower is, for the metrics. */
export interface FollowerFigures {
  name: string
  lagRows: number
  /** House time at which the first row that it is not past was stored; `null`: it is past all. */
  waitingSince: number | null
  lostRows: number
}
