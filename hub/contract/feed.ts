import type { Cancel } from '../../shared/clock.ts'
import type { FollowedRow } from '../engine/follower.ts'

/** What a fleeting follower shows to whoever looks. It is read only while somebody listens. */
export interface Feed {
  /** Rings when there are rows to look at, at most once for each batch of them. Returns what ends it. */
  listen(ring: () => void): Cancel
  /** The rows behind a key, oldest first. `null`: none, only where the feed is now. */
  after(key: number | null): FeedPage
}

export interface FeedPage {
  rows: readonly FollowedRow[]
  /** Keys behind the one asked for that were here and went before anybody asked: who looks too seldom misses rows. */
  missed: { first: number; last: number } | null
  /** Everything up to this key was here. Ask for what is behind it next time. */
  upto: number
}
