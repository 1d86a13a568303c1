import type { Sink, Sinks } from '../engine/follower-sink.ts'
import { FEATURES } from './features.ts'

/** Where the rows of every outside follower go, loaded when there is first something to deliver. */
export const FOLLOWER_SINKS: Sinks = new Map(
  FEATURES.flatMap(({ followers }) => Object.entries(followers?.sinks ?? {}) as [string, () => Promise<Sink>][]),
)
