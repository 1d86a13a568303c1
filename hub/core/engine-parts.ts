import type { OpenFeature } from '../engine/feature.ts'
import type { Follower } from '../engine/follower.ts'
import type { JobKind } from '../engine/job-kind.ts'
import { FEATURES } from '../features/features.ts'

/** What the features do in the engine. Only its thread loads this. */
export const ENGINE_PARTS: readonly OpenFeature[] = await Promise.all(
  FEATURES.flatMap(({ engine }) => (engine ? [engine(FEATURES)] : [])),
)

/** The engine parts of every kind of durable job. */
export const JOB_KINDS: readonly JobKind[] = (
  await Promise.all(FEATURES.flatMap(({ jobs }) => (jobs ? [jobs.kinds()] : [])))
).flat()

/** Everything that follows append tables. */
export const FOLLOWER_KINDS: readonly Follower[] = (
  await Promise.all(FEATURES.flatMap(({ followers }) => (followers ? [followers.kinds()] : [])))
).flat()
